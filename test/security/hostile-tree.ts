import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Where others can put text of their own, on a host or in what it talks to. */
export const PLACES = [
  'process name',
  'argv',
  'environment',
  'cgroup path',
  'page title',
  'page header',
  'interface name',
  'mount point',
  'name of a network namespace',
  'name of a bridge port',
  'os-release',
  'package state',
  'package version',
  'unit property',
  'node name',
  'node label',
  'node condition',
  'Helm description',
  'name of a process that listens',
  'NVIDIA version',
] as const
export type Place = (typeof PLACES)[number]
export type Texts = Readonly<Record<Place, string>>

/** A whole host as files: what stands at /proc, /etc, /sys, /run, /var/lib and /usr/local/bin, and programs of its own. */
export interface HostileTree {
  folder: string
  /** Puts these texts into their places. */
  fill(texts: Texts): void
  remove(): void
}

/** The folders that a host's scripts read, in the place of this machine's. */
export const MOUNTED = ['proc', 'etc', 'sys', 'run', 'var/lib', 'usr/local/bin'] as const

/** Programs of the host: each prints a file of the tree. */
const PROGRAMS: Readonly<Record<string, string>> = {
  ip: 'case "$*" in *route*default*) cat "$T/say/route" ;; *) cat "$T/say/addr" ;; esac',
  dpkg: 'cat "$T/say/audit"',
  'dpkg-query': 'case "$*" in *Essential*) cat "$T/say/recorded" ;; *) cat "$T/say/packages" ;; esac',
  'apt-mark': 'cat "$T/say/auto"',
  'apt-get': ':',
  systemctl: 'cat "$T/say/unit"',
  curl: 'cat "$T/say/page"',
  'iptables-save': 'cat "$T/say/rules"',
  timeout: 'shift; exec "$@"',
}

export function hostileTree(): HostileTree {
  const folder = mkdtempSync(join(tmpdir(), 'convecthub-hostile-'))
  const put = (path: string, text: string | Buffer, mode = 0o644) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
    chmodSync(join(folder, path), mode)
  }
  const program = (path: string, text: string) => put(path, `#!/bin/sh\nT=${folder}\n${text}\n`, 0o755)
  for (const [name, text] of Object.entries(PROGRAMS)) program(`bin/${name}`, text)
  program('usr/local/bin/k3s', 'cat "$T/say/nodes"')
  program('var/lib/convecthub/bin/helm', 'cat "$T/say/release"')
  put('var/lib/convecthub/owned', 'file /usr/local/bin/k3s\nfolder /etc/rancher\npackage conntrack\n')
  put('var/lib/rancher/k3s/server/token', `K10${'a'.repeat(64)}::server:top-secret\n`)
  put('etc/rancher/k3s/k3s.yaml', 'x')
  put('etc/rancher/k3s/config.yaml', 'node-name: host1\n')
  put('etc/machine-id', '0123456789abcdef0123456789abcdef\n')
  put('proc/sys/kernel/osrelease', '6.1.0\n')
  put('proc/sys/kernel/arch', 'x86_64\n')
  put('proc/sys/kernel/hostname', 'host1\n')
  put('proc/meminfo', 'MemTotal: 8000000 kB\n')
  put(
    'proc/net/tcp',
    socket('00000000:0050', 501) + socket('00000000:0016', 502) + socket('00000000:192B', 601),
  )
  put('proc/net/tcp6', '')
  put('proc/locks', '')
  put('proc/502/comm', 'sshd\n')
  put('proc/502/cgroup', '0::/system.slice/ssh.service\n')
  put('sys/devices/system/cpu/online', '0-3\n')
  put('sys/bus/pci/devices/0000:01:00.0/vendor', '0x10de\n')
  put('sys/bus/pci/devices/0000:01:00.0/class', '0x030000\n')
  put('sys/class/net/cni0/address', 'x')
  put('run/systemd/system/x', '')
  put('run/convecthub/packages.sh', '')
  put('say/auto', 'conntrack\n')
  put('say/recorded', 'package conntrack no optional install ok installed\n')
  put('say/rules', '-A KUBE-X\n')
  put('say/route', 'default via 10.0.0.1 dev eth1\n')
  for (const [pid, inode] of [
    [501, 501],
    [502, 502],
    [601, 601],
  ]) {
    mkdirSync(join(folder, `proc/${pid}/fd`), { recursive: true })
    symlinkSync(`socket:[${inode}]`, join(folder, `proc/${pid}/fd/3`))
  }
  const fill = (texts: Texts) => {
    put('proc/501/comm', `${texts['name of a process that listens']}\n`)
    put('proc/501/cgroup', `0::/user.slice/${texts['cgroup path']}\n`)
    put('proc/600/comm', `${texts['process name']}\n`)
    put('proc/600/cmdline', texts.argv)
    put('proc/600/cgroup', `3:cpu:/kubepods/besteffort/${texts['cgroup path']}\n`)
    put('proc/601/cmdline', 'k3s server')
    put('proc/601/cgroup', '0::/system.slice/k3s.service\n')
    put('proc/601/environ', `A=${texts.environment}\0CONVECTHUB_INPUTS=good\0B=${texts.environment}`)
    put('proc/self/mounts', `tmpfs ${escaped(`/run/k3s/${texts['mount point']}`)} tmpfs rw 0 0\n`)
    put('proc/driver/nvidia/version', `NVRM version: NVIDIA ${texts['NVIDIA version']}\n`)
    rmSync(join(folder, 'run/netns'), { recursive: true, force: true })
    put(`run/netns/cni-${fileName(texts['name of a network namespace'])}`, '')
    rmSync(join(folder, 'sys/class/net/cni0/brif'), { recursive: true, force: true })
    put(`sys/class/net/cni0/brif/${fileName(texts['name of a bridge port'])}`, '')
    put(
      'etc/os-release',
      `ID=ubuntu\nVERSION_ID="22.04"\nX=${texts['os-release']}\nPRETTY_NAME="${texts['os-release']}"\n`,
    )
    put(
      'say/addr',
      `1: ${texts['interface name']}    inet 10.9.9.9/24 scope global\n2: eth1    inet 10.0.0.5/24 scope global\n`,
    )
    put('say/audit', `The following packages are broken:\n ${texts['package state']}\n`)
    put(
      'say/packages',
      `conntrack 1.4 install ok installed\nevil ${texts['package version']} install ok installed\n`,
    )
    put(
      'say/unit',
      `LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nMainPID=601\nExecMainStartTimestamp=Thu 2026-01-01 00:00:00 UTC\nX=${texts['unit property']}\n`,
    )
    put(
      'say/page',
      `HTTP/1.1 200 OK\r\nX: ${texts['page header']}\r\n\r\n<html><title>${texts['page title']}</title>`,
    )
    const names = ['host1', texts['node name']]
    const items = names.flatMap((name) => [nodeOf(name, texts), leaseOf(name)])
    put('say/nodes', JSON.stringify({ items }))
    put(
      'say/release',
      JSON.stringify({ info: { status: 'deployed', description: texts['Helm description'] }, version: 3 }),
    )
  }
  return { folder, fill, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** What a kubelet says of itself, just now. */
function leaseOf(name: string) {
  return { kind: 'Lease', metadata: { name }, spec: { renewTime: new Date().toISOString() } }
}

function nodeOf(name: string, texts: Texts) {
  const ready = {
    type: 'Ready',
    status: name === 'host1' ? 'True' : 'False',
    message: texts['node condition'],
  }
  return {
    kind: 'Node',
    metadata: { name, labels: { x: texts['node label'], [texts['node label']]: 'true' } },
    status: {
      conditions: [{ type: texts['node condition'], status: 'True' }, ready],
      nodeInfo: { kubeletVersion: 'v1.34.1', containerRuntimeVersion: 'containerd://2' },
    },
  }
}

function socket(local: string, inode: number): string {
  return `  0: ${local} 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 ${inode} 1\n`
}

/** As the kernel shows mount points (proc(5)). */
function escaped(path: string): string {
  return path.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

function fileName(text: string): string {
  return Buffer.from(text.replaceAll(/[/\0]/g, '_')).subarray(0, 200).toString('latin1') || 'x'
}
