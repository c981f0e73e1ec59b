const HOST = /(?:\[[^\]]+\]|[^:/[\]\s,@]+)/.source
const PLAIN = new RegExp(`^(?:.+@)?${HOST}(?::(\\d*))?$`)
const URI = new RegExp(`^ssh://(?:[^@]+@)?${HOST}(?::(\\d*))?/?$`)

/**
 * The machines of a ProxyJump, first hop first, as written: `[user@]host[:port]` or `ssh://…`. Empty for `none`,
 * undefined for what ssh refuses. Source: parse_jump() of OpenSSH's readconf.c.
 */
export function sshJumps(text: string): readonly string[] | undefined {
  const list = text.replace(/#.*$/s, '').trim()
  if (list.toLowerCase() === 'none') return []
  const jumps = list.split(',').map((jump) => jump.trim())
  return jumps.every(isJump) ? jumps : undefined
}

function isJump(text: string): boolean {
  const [match, port = ''] = (text.startsWith('ssh://') ? URI : PLAIN).exec(text) ?? []
  return match !== undefined && (port === '' || (Number(port) >= 1 && Number(port) <= 65535))
}
