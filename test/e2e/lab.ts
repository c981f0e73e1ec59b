import { execFile } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { labIdentity } from '../../src/lab/lab-identity.ts'
import { type CliOptions, type CliResult, cli } from './cli.ts'

const execute = promisify(execFile)

/** A separate lab for one test file. */
export interface Lab {
  folder: string
  machines: string[]
  /** Runs convecthub with this lab's inventory. */
  run(
    verb: string,
    args?: readonly string[],
    options?: Partial<CliOptions> & { inventory?: string },
  ): Promise<CliResult>
  /** Runs a script as root in a machine, without convecthub. */
  inside(machine: string, script: string): Promise<string>
  docker(command: string, machine: string): Promise<void>
  down(): Promise<void>
}

/** Starts machines with the stand-in bundle, or with the bundle in CONVECTHUB_BUNDLE. */
export async function labUp(machines: number, drivers = 1): Promise<Lab> {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'convecthub-e2e-')))
  const up = ['lab', 'up', '--machines', String(machines), '--drivers', String(drivers)]
  await must(await cli([...up, ...(process.getuid?.() === 0 ? ['--install-docker'] : [])], { cwd }))
  const { prefix } = labIdentity(join(cwd, 'lab'))
  const bundle = process.env.CONVECTHUB_BUNDLE
  const container = (machine: string) => `${prefix}-${machine}`
  return {
    folder: cwd,
    machines: [
      ...Array.from({ length: drivers }, (_, i) => `driver${i + 1}`),
      ...Array.from({ length: machines - drivers }, (_, i) => `worker${i + 1}`),
    ],
    run: (verb, args = [], { inventory = 'lab/inv.toml', ...options } = {}) => {
      const needsBundle = bundle && (verb === 'plan' || verb === 'provision')
      return cli([verb, '-i', inventory, ...args, ...(needsBundle ? ['--bundle', bundle] : [])], {
        cwd,
        ...options,
      })
    },
    inside: async (machine, script) => {
      const { stdout } = await execute('docker', ['exec', container(machine), 'sh', '-c', script], {
        maxBuffer: 1 << 28,
      })
      return stdout
    },
    docker: async (command, machine) => {
      await execute('docker', [command, container(machine)])
    },
    down: async () => {
      await must(await cli(['lab', 'down'], { cwd }))
      rmSync(cwd, { recursive: true, force: true })
    },
  }
}

/** Returns the result, or throws if the command failed. */
export function must(result: CliResult): CliResult {
  if (result.code !== 0) throw new Error(`exit code ${result.code}\n${result.stdout}\n${result.stderr}`)
  return result
}

/** Everything that convecthub could change on a machine: files, packages, units, links, rules, mounts. */
export async function machineState(lab: Lab, machine: string): Promise<string> {
  return lab.inside(
    machine,
    `find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /var/log -o -path /var/lib/systemd -o -path /var/lib/apt -o -path /var/cache -o -path /dev \\) -prune -o -printf '%p %M %U %s\\n' | grep -v -e '^/root ' -e /var/lib/dpkg -e /var/backups -e ld.so.cache -e /etc/.pwd.lock -e '^/etc ' -e '^/var/lib ' -e '^/usr/.* d' -e '^/var/tmp ' | sort
find /var/lib/rancher /var/lib/kubelet /var/lib/docker -mindepth 1 | sort
ls -A /tmp /run/convecthub /run/convecthub.lock 2>/dev/null
dpkg-query -W -f '\${Package} \${Status}\\n' | grep -v deinstall | sort
systemctl list-unit-files --no-legend | sort
ls /sys/class/net
awk '{ print $2 }' /proc/mounts | sort
iptables-save 2>/dev/null | grep -E 'KUBE|CNI|flannel' || :
systemctl list-units --plain --no-legend --state=failed`,
  )
}
