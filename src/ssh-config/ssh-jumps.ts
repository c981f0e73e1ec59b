const PLACE = /^(?:\[([^\]]+)\]|([^:/[\]\s,@]+))(?::(\d*))?(\/?)$/

/** A hop of a ProxyJump. */
export interface SshJump {
  name: string
  user?: string
  port?: number
}

/**
 * The hops of a ProxyJump in order, as written: `[user@]host[:port]` or `ssh://…`. Empty for `none`, undefined for a
 * value that ssh refuses. Source: parse_jump() of OpenSSH's readconf.c.
 */
export function sshJumps(text: string): readonly string[] | undefined {
  const list = text.replace(/#.*$/s, '').trim()
  if (list.toLowerCase() === 'none') return []
  const jumps = list.split(',').map((jump) => jump.trim())
  return jumps.every(parseJump) ? jumps : undefined
}

/** Parses one hop of sshJumps. An IPv6 host is in brackets; an empty port is none. Undefined for what ssh refuses. */
export function parseJump(text: string): SshJump | undefined {
  const uri = text.startsWith('ssh://')
  const all = uri ? text.slice('ssh://'.length) : text
  const at = all.lastIndexOf('@')
  const [, bracketed, name = bracketed, digits, slash] = PLACE.exec(all.slice(at + 1)) ?? []
  if (name === undefined || at === 0 || (slash && !uri) || (uri && all.indexOf('@') !== at)) return undefined
  const port = digits ? Number(digits) : undefined
  if (port !== undefined && (port < 1 || port > 65535)) return undefined
  return { name, ...(at > 0 && { user: all.slice(0, at) }), ...(port !== undefined && { port }) }
}
