import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { gpu } from '../../src/facts/gpu.ts'
import { system } from '../../src/facts/system.ts'
import { nvidia } from '../../src/steps/nvidia.ts'
import { contextOf, gpuOf, is, shown, systemOf } from '../helpers/fake-facts.ts'
import { knownOf, planStep } from '../helpers/plan-step.ts'
import { runShell, SHELLS } from '../helpers/shell.ts'
import { testWishes } from '../helpers/test-cluster.ts'

const card = { cards: ['0000:01:00.0'] }
const debian = { id: 'debian', like: [], version: '12', name: 'Debian GNU/Linux 12', codename: 'bookworm' }
const gpus = testWishes({ workers: ['w1', 'w2'], settings: { w1: { has_gpu: true } } })
const DRIVER = [
  '+ packages install ubuntu-drivers-common',
  '+ run install the NVIDIA driver that ubuntu-drivers chooses for servers',
]
const TOOLKIT = '+ packages install nvidia-container-toolkit'

it.each([
  { what: 'nothing but the card', found: card, plan: [...DRIVER, TOOLKIT] },
  { what: 'a driver', found: { ...card, driver: '535.183.01' }, plan: [TOOLKIT] },
  { what: 'the toolkit', found: { ...card, runtime: true }, plan: DRIVER },
  { what: 'both', found: { ...card, driver: '535.183.01', runtime: true }, plan: [] },
])('a GPU machine with $what: $plan', ({ found, plan }) => {
  expect(shown(planStep(nvidia, gpus, 'w1', { w1: [is(gpu, gpuOf(found))] }))).toEqual(plan)
})

it.each([
  { settings: { w1: { has_gpu: true } }, hosts: ['w1'] },
  { settings: { w1: { has_gpu: true, install_nvidia_driver: false } }, hosts: [] },
  { settings: {}, hosts: [] },
])('$settings: the driver goes to $hosts', ({ settings, hosts }) => {
  expect(nvidia.hosts(testWishes({ settings })).map(({ name }) => name)).toEqual(hosts)
})

it.each([
  { what: 'no card', found: {}, ids: ['gpu'] },
  { what: 'a card', found: card, ids: [] },
  { what: 'nouveau on the card', found: { ...card, nouveau: true }, ids: ['nouveau'] },
  { what: 'nouveau beside the driver', found: { ...card, nouveau: true, driver: '535.1' }, ids: [] },
  { what: 'Debian', found: { ...card, nouveau: true }, os: debian, ids: ['nvidia-driver'] },
  { what: 'Debian and the driver', found: { ...card, driver: '535.1' }, os: debian, ids: [] },
])('a GPU machine with $what: $ids', ({ found, os, ids }) => {
  const answers = [is(gpu, gpuOf(found)), is(system, systemOf(os && { os }))]
  const context = contextOf(nvidia, gpus, 'w1', knownOf(gpus, { w1: answers }))
  const findings = nvidia.check?.([context]) ?? []
  expect(findings.map(({ id }) => id)).toEqual(ids)
  expect(findings.every(({ level, host, hint }) => level === 'error' && host === 'w1' && hint !== '')).toBe(
    true,
  )
})

it.each(
  SHELLS.flatMap((shell) => [
    {
      shell,
      name: shell[0],
      drivers: 0,
      code: 0,
      log: ['update', '600', 'modprobe nvidia', 'modprobe nvidia_uvm'],
    },
    { shell, name: shell[0], drivers: 1, code: 1, log: ['update', '600'] },
  ]),
)('$name: the driver waits for locks, comes by fresh lists, and is recorded; exit code $code', (row) => {
  const folder = mkdtempSync(join(tmpdir(), 'convecthub-driver-'))
  try {
    for (const name of ['bin', 'run', 'state']) mkdirSync(join(folder, name))
    const program = (name: string, text: string) => {
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\ncd ${folder}\n${text}\n`)
      chmodSync(join(folder, 'bin', name), 0o755)
    }
    program('apt-get', "case $* in *' update') echo update >>log ;; esac")
    program(
      'ubuntu-drivers',
      `sed -n 's/.*Timeout "\\(.*\\)";/\\1/p' "$APT_CONFIG" >>log; : >installed; exit ${row.drivers}`,
    )
    program('dpkg-query', 'echo zlib; echo curl; [ ! -e installed ] || echo nvidia-driver-535')
    program('modprobe', 'echo "modprobe $*" >>log')
    const [, install] = planStep(nvidia, gpus, 'w1', { w1: [is(gpu, gpuOf(card))] })
    if (install?.kind !== 'run') throw new Error('no driver is installed')
    const script = install.script
      .reveal()
      .replaceAll('/run/convecthub', join(folder, 'run'))
      .replaceAll('/var/lib/convecthub', join(folder, 'state'))
    expect(runShell(`PATH=${folder}/bin:$PATH\n${script}`, row.shell).code).toBe(row.code)
    expect(readFileSync(join(folder, 'log'), 'utf8').trim().split('\n')).toEqual(row.log)
    expect(readFileSync(join(folder, 'state/owned'), 'utf8')).toBe('package nvidia-driver-535\n')
    expect(readdirSync(join(folder, 'run'))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
