import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { installDocker } from '../../src/lab/install-docker.ts'
import { labIdentity } from '../../src/lab/lab-identity.ts'
import type { Machine } from '../../src/lab/plan-machines.ts'
import { prepareMachine } from '../../src/lab/prepare-machine.ts'
import { waitForSystemd } from '../../src/lab/start-machine.ts'

/** What is only known after minutes: the clock jumps there. Docker is a fake in PATH. */

let folder: string
let bin: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvh-lab-'))
  bin = join(folder, 'bin')
  mkdirSync(bin)
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const program = (name: string, script: string) =>
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })

/** Sets the clock two minutes ahead as soon as `begun` is true, so that deadlines pass. Timers stay real. */
function jump(begun: () => boolean): void {
  vi.useFakeTimers({ toFake: ['Date'] })
  const timer = setInterval(() => {
    if (!begun()) return
    clearInterval(timer)
    vi.setSystemTime(Date.now() + 120_000)
  }, 20)
}

/** No route leads to this address, which is reserved. */
const machine: Machine = { name: 'driver1', role: 'driver', address: '240.0.0.1' }
const lab = () => labIdentity(join(folder, 'lab'))

it('a machine whose systemd does not come up is LAB_BOOT, with its jobs and its log', async () => {
  program(
    'docker',
    `case "$*" in
*is-system-running*) exit 1 ;;
*list-jobs*) echo '1 ssh.service start waiting' ;;
logs*) echo 'Failed to mount cgroup' >&2 ;;
esac`,
  )
  await expect(waitForSystemd(lab(), machine)).rejects.toMatchObject({
    code: 'LAB_BOOT',
    exit: 'lab',
    message: 'driver1: systemd is not up after 120 s',
    details: {
      host: 'driver1',
      evidence: '1 ssh.service start waiting\n\nFailed to mount cgroup\n',
      hint: expect.stringMatching(/docker exec -it convecthub-lab-\w+-driver1 bash/),
    },
  })
})

it('a machine whose sshd does not answer is LAB_SSHD', async () => {
  const asked = join(folder, 'asked')
  program('docker', `: >${asked}; cat >/dev/null; echo ssh-ed25519 AAAA`)
  jump(() => existsSync(asked))
  await expect(prepareMachine(lab(), machine, 'ssh-ed25519 AAAA', undefined)).rejects.toMatchObject({
    code: 'LAB_SSHD',
    exit: 'lab',
    message: 'driver1: sshd on 240.0.0.1 does not answer',
    details: { host: 'driver1', hint: expect.stringContaining('not rootless') },
  })
})

it.runIf(process.getuid?.() === 0 && !existsSync('/run/systemd/system'))(
  'an engine that does not start is LAB_DOCKER_START, with the end of its log',
  async () => {
    const asked = join(folder, 'asked')
    program('dockerd', '[ "$1" = --version ] || echo failed to start daemon >&2')
    program('docker', `: >${asked}; exit 1`)
    jump(() => existsSync(asked))
    const state = join(folder, 'lab')
    await expect(installDocker(false, state, () => {})).rejects.toMatchObject({
      code: 'LAB_DOCKER_START',
      exit: 'lab',
      message: 'dockerd does not answer after 60 s',
      details: { evidence: 'failed to start daemon', hint: `the whole log is ${state}/dockerd.log` },
    })
  },
)
