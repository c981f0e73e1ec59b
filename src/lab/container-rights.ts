/** Capabilities by bit number: those that every Docker engine since 20.10 knows. */
const KNOWN = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
] as const

/**
 * The arguments of `docker run` that give a container all rights that this machine has itself. `--privileged` fails when
 * the bounding set lacks a capability of the kernel; then each available capability is added by itself. `status` is the
 * text of /proc/self/status, `lastCap` the number in /proc/sys/kernel/cap_last_cap.
 */
export function containerRights(status: string, lastCap: number): string[] {
  const hex = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1]
  const all = (1n << BigInt(lastCap + 1)) - 1n
  const bounding = hex === undefined ? all : BigInt(`0x${hex}`)
  if ((bounding & all) === all) return ['--privileged']
  const caps = KNOWN.filter((_, bit) => (bounding >> BigInt(bit)) & 1n)
  return [
    ...caps.flatMap((cap) => ['--cap-add', cap]),
    ...['seccomp', 'apparmor', 'systempaths'].flatMap((option) => ['--security-opt', `${option}=unconfined`]),
  ]
}
