// Patterns that decide whether `name:22` is a name with a port. They follow Ansible's documented host grammar.
const HEX_RANGE = String.raw`\[(?:[0-9a-f]+:[0-9a-f]+)(?::[0-9]+)?\]`
const NUMBER_RANGE = String.raw`\[(?:[0-9]+:[0-9]+)(?::[0-9]+)?\]`
const LABEL_RANGE = String.raw`\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\]`
// What Python's \w matches in a str: no combining marks.
const WORD = String.raw`[\p{L}\p{N}_]`
const SIX = `(?:[0-9a-f]{1,4}|${HEX_RANGE})`
const FOUR = `(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|${NUMBER_RANGE})`
const LABEL = String.raw`(?:${WORD}|${LABEL_RANGE})(?:[\p{L}\p{N}_-]|${LABEL_RANGE})*(?<![_-])`

const IPV4 = new RegExp(String.raw`^(?:${FOUR}\.){3}${FOUR}$`, 'iu')
// As in Ansible, only the last form is anchored at the end, so that `fe80::1%eth0` is an address, too.
const IPV6_FORMS = [
  `(?:${SIX}:){7}${SIX}`,
  `(?:${SIX}:){1,6}:`,
  `(?:${SIX}:)(?::${SIX}){1,6}`,
  `(?:${SIX}:){2}(?::${SIX}){1,5}`,
  `(?:${SIX}:){3}(?::${SIX}){1,4}`,
  `(?:${SIX}:){4}(?::${SIX}){1,3}`,
  `(?:${SIX}:){5}(?::${SIX}){1,2}`,
  `(?:${SIX}:){6}(?::${SIX})`,
  `:(?::${SIX}){1,6}`,
  `${SIX}?::`,
  String.raw`(?:0:){6}(?:${SIX}\.){3}${SIX}`,
  String.raw`::(?:ffff:)?(?:${SIX}\.){3}${SIX}`,
  String.raw`(?:0:){5}ffff:(?:${SIX}\.){3}${SIX}$`,
]
const IPV6 = new RegExp(`^(?:${IPV6_FORMS.join('|')})`, 'iu')
const HOSTNAME = new RegExp(String.raw`^${LABEL}(?:\.${LABEL})*$`, 'iu')
const BRACKETED_PORT = /^\[(.+)\]:([0-9]+)$/u
const PORT = /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/u

/** Every form contains a colon. Looking for it first means that most runs never compile the long pattern (3 ms). */
const isIpv6 = (text: string) => text.includes(':') && IPV6.test(text)

/** Parses `address` or `address:port`. Undefined for any other text; Ansible takes that as a host name unchanged. */
export function parseAddress(text: string): { address: string; port?: number } | undefined {
  let address = text
  let port: number | undefined
  for (const pattern of [BRACKETED_PORT, PORT]) {
    const match = pattern.exec(address)
    if (match === null) continue
    address = match[1] as string
    port = Number(match[2])
  }
  if (!IPV4.test(address) && !isIpv6(address) && !HOSTNAME.test(address)) return undefined
  return port === undefined ? { address } : { address, port }
}

/** True for IPv4 and IPv6 addresses. */
export function isIpAddress(text: string): boolean {
  return IPV4.test(text) || isIpv6(text)
}
