import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { clusterWarnings, SAMPLE_TOKENS } from '../../src/cluster/cluster-warnings.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { memoryFiles } from '../inventory/memory-files.ts'

const warned = (text: string) =>
  clusterWarnings(loadInventory({ cwd: '/w', sources: ['inv'], files: memoryFiles({ '/w/inv': text }) })).map(
    ({ code, message, origin, hint }) => `${origin.line} ${code} ${message} → ${hint}`,
  )

const drivers = (count: number) => `[driver]\nd[1:${count}]\n[worker]\nw1\n`

it.each([
  { text: drivers(1), warnings: [] },
  { text: drivers(3), warnings: [] },
  {
    text: drivers(2),
    warnings: ['2 EVEN_DRIVERS 2 drivers survive the loss of none, as 1 does → use 1 or 3'],
  },
  { text: drivers(4), warnings: ['2 EVEN_DRIVERS 4 drivers survive the loss of 1, as 3 do → use 3 or 5'] },
  {
    text: '[driver]\nd1\n[worker]\nd1\nw1\n',
    warnings: [
      '2 BOTH_ROLES d1 is a driver and a worker; it becomes a driver → take it out of [worker], or of [driver]',
    ],
  },
  { text: '[driver]\nd1\n[master]\nd1\n', warnings: [] },
  {
    text: `[driver]\nd1\n[all:vars]\nconvect_token=k3s_hub_token\n`,
    warnings: [
      '4 SAMPLE_TOKEN convect_token is that of a sample: whoever has read it can join the cluster → before the first provision make one of your own: openssl rand -hex 24',
    ],
  },
  { text: '[driver]\nd1\n[worker]\nw1\n[registry]\nd1\n', warnings: [] },
  {
    text: '[driver]\nd1\n[worker]\nw[1:2]\n[registry]\nw[1:2]\n',
    warnings: [
      '4 SEVERAL_REGISTRIES w1 runs the image registry, and no other machine in [registry] does → take w2 out of [registry]',
    ],
  },
  { text: '', warnings: [] },
])('$text: $warnings', ({ text, warnings }) => expect(warned(text)).toEqual(warnings))

it('knows the secret of the sample in the documents', () => {
  const [, token] = /^convect_token=(\S+)$/m.exec(readFileSync('docs/inventory.md', 'utf8')) ?? []
  expect(SAMPLE_TOKENS).toContain(token)
})
