import { existsSync } from 'node:fs'
import { ConvecthubError } from '../errors.ts'
import { containerRights } from './container-rights.ts'
import { docker, LAB_LABEL, lines, tryDocker } from './docker.ts'
import type { LabIdentity } from './lab-identity.ts'
import type { Machine } from './plan-machines.ts'
import { readOr } from './read-or.ts'

/** Docker label with the host name of a machine. */
const MACHINE_LABEL = 'convecthub.lab.machine'

const BOOT_S = 120

/** The rights that lab machines get on this machine. */
function machineRights(): string[] {
  return containerRights(readOr('/proc/self/status'), Number(readOr('/proc/sys/kernel/cap_last_cap', '40')))
}

/** The states of a lab's containers by host name, in Docker's words, such as `running`. */
export async function machineStates(lab: LabIdentity): Promise<Map<string, string>> {
  const format = `{{.Label "${MACHINE_LABEL}"}} {{.State}}`
  const out = await docker(['ps', '--all', '--filter', `label=${LAB_LABEL}=${lab.id}`, '--format', format])
  return new Map(lines(out).map((line) => line.split(' ') as [string, string]))
}

/** The name of a machine's container. */
export function containerName(lab: LabIdentity, machine: string): string {
  return `${lab.prefix}-${machine}`
}

/** Arguments of `docker run` for a machine. */
export function runArguments(
  lab: LabIdentity,
  machine: Machine,
  image: string,
  rights: readonly string[],
): string[] {
  const label = `${LAB_LABEL}=${lab.id}`
  // overlayfs does not work on overlayfs, so these folders get volumes; `down` finds them by their label
  const volumes = ['/var/lib/docker', '/var/lib/rancher', '/var/lib/kubelet']
  return [
    ...['run', '--detach', '--name', containerName(lab, machine.name), '--hostname', machine.name],
    ...['--label', label, '--label', `${MACHINE_LABEL}=${machine.name}`],
    ...['--network', lab.prefix, '--ip', machine.address, '--network-alias', machine.name],
    // makes systemd shut down
    ...['--stop-signal', 'SIGRTMIN+3'],
    // a machine that reboots comes up again, as a real one does
    ...['--restart', 'unless-stopped', '--cgroupns', 'private', '--tmpfs', '/run', '--tmpfs', '/run/lock'],
    ...['--device', '/dev/kmsg', ...rights],
    // for modprobe, which loads modules into the shared kernel
    ...(existsSync('/lib/modules') ? ['--volume', '/lib/modules:/lib/modules:ro'] : []),
    ...volumes.flatMap((path) => ['--mount', `type=volume,dst=${path},volume-label=${label}`]),
    image,
  ]
}

/** Creates or starts a machine's container if necessary. `state` is Docker's, undefined without a container. */
export async function startMachine(
  lab: LabIdentity,
  machine: Machine,
  image: string,
  state: string | undefined,
): Promise<void> {
  const name = containerName(lab, machine.name)
  if (state === 'running' || state === 'restarting') return
  if (state === 'paused') return void (await docker(['unpause', name]))
  // a container that was never started may be incomplete
  if (state === 'created' || state === 'dead') await docker(['rm', '--force', '--volumes', name])
  else if (state !== undefined) return void (await docker(['start', name]))
  await docker(runArguments(lab, machine, image, machineRights()), { timeoutMs: 120_000 })
}

/** Waits until systemd has started everything. Error `LAB_BOOT` after two minutes. */
export async function waitForSystemd(lab: LabIdentity, machine: Machine): Promise<void> {
  const name = containerName(lab, machine.name)
  // one exec with a loop costs less than many execs
  const loop = `n=0; while [ $n -lt ${BOOT_S * 2} ]; do s=$(systemctl is-system-running 2>/dev/null)
    case $s in running|degraded) exit 0;; esac; n=$((n+1)); sleep 0.5; done; exit 1`
  const wait = await tryDocker(['exec', name, 'sh', '-c', loop], { timeoutMs: (BOOT_S + 10) * 1000 })
  if (wait.code === 0) return
  const logs = await tryDocker(['logs', '--tail', '15', name])
  const jobs = await tryDocker(['exec', name, 'systemctl', 'list-jobs', '--no-pager'])
  throw new ConvecthubError('LAB_BOOT', `${machine.name}: systemd is not up after ${BOOT_S} s`, {
    host: machine.name,
    evidence: [wait.stderr, jobs.stdout, logs.stdout, logs.stderr].filter((text) => text.trim()).join('\n'),
    hint: `look inside with \`docker exec -it ${name} bash\`, or start again with \`convecthub lab down\``,
  })
}
