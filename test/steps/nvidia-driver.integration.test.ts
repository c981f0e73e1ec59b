import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { gpu } from '../../src/facts/gpu.ts'
import { nvidia } from '../../src/steps/nvidia.ts'
import { gpuOf, is } from '../helpers/fake-facts.ts'
import { planStep } from '../helpers/plan-step.ts'
import { runShell, SHELLS } from '../helpers/shell.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const gpus = testDesired({ workers: ['w1'], settings: { w1: { has_gpu: true } } })
const card = { cards: ['0000:01:00.0'] }

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
)(
  '$name: updates the lists, waits for locks, and records the driver when ubuntu-drivers exits $code',
  (row) => {
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
  },
)
