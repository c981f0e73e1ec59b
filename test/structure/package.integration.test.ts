import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

it('the package contains the program and its documents, but no development files', () => {
  const options = { cwd: ROOT, encoding: 'utf8' } as const
  const [packed] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], options))
  const paths: string[] = packed.files.map(({ path }: { path: string }) => path)
  expect(paths.filter((path) => path.startsWith('bin/'))).toEqual(['bin/convecthub.cjs'])
  expect(paths.filter((path) => /^(scripts|src|test|\.\w+)\//.test(path))).toEqual([])
  expect(paths).toContain('templates/remote/library.sh')
})
