const PLACE = /^(?:\[[^\]]+\]|[^:/[\]\s,@]+)(?::(\d*))?(\/?)$/

/**
 * The hops of a ProxyJump in order, as written: `[user@]host[:port]` or `ssh://…`. Empty for `none`, undefined for a
 * value that ssh refuses. Source: parse_jump() of OpenSSH's readconf.c.
 */
export function sshJumps(text: string): readonly string[] | undefined {
  const list = text.replace(/#.*$/s, '').trim()
  if (list.toLowerCase() === 'none') return []
  const jumps = list.split(',').map((jump) => jump.trim())
  return jumps.every(isJump) ? jumps : undefined
}

function isJump(text: string): boolean {
  const uri = text.startsWith('ssh://')
  const all = uri ? text.slice('ssh://'.length) : text
  const at = all.lastIndexOf('@')
  const [match, port = '', slash] = PLACE.exec(all.slice(at + 1)) ?? []
  if (match === undefined || at === 0 || (slash && !uri) || (uri && all.indexOf('@') !== at)) return false
  return port === '' || (Number(port) >= 1 && Number(port) <= 65535)
}
