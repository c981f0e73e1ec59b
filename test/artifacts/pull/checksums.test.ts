import { expect, it } from 'vitest'
import { checksumIn } from '../../../src/artifacts/pull/checksums.ts'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)

it.each([
  { what: 'the usual form', text: `${A}  k3s\n${B}  k3s-airgap-images-amd64.tar.zst\n`, sum: A },
  { what: 'binary mode', text: `${A} *k3s\n`, sum: A },
  { what: 'a path', text: `${A}  ./dist/artifacts/k3s\n`, sum: A },
  { what: 'Windows line ends', text: `${B}  k3s.exe\r\n${A}  k3s\r\n`, sum: A },
  { what: 'capitals', text: `${A.toUpperCase()}  k3s`, sum: A },
  { what: 'another file only', text: `${A}  k3s-arm64\n`, sum: undefined },
  { what: 'another kind of sum', text: `${A.slice(24)}  k3s\n`, sum: undefined },
  { what: 'a web page', text: '<html>not found</html>', sum: undefined },
])('finds a file in $what', ({ text, sum }) => {
  expect(checksumIn(text, 'k3s')).toBe(sum)
})
