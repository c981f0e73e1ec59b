import type { InventoryCode } from '../error-codes.ts'
import type { ConvecthubError, Origin } from '../errors.ts'
import { parseAddress } from './address.ts'
import { expandRanges } from './host-range.ts'
import { problem } from './problems.ts'
import { strip } from './python/python-text.ts'

const MAX_PORT = 65_535

/** The hosts that a pattern expands to. */
export interface HostPattern {
  names: string[]
  port?: number
  /** A mistake that Ansible silently accepts. */
  doubt?: ConvecthubError
}

/**
 * Reads the host names and port of a host line, a YAML key or an entry of a host list (rules.md §6).
 * @returns INVENTORY_HOST_PATTERN or INVENTORY_RANGE for what Ansible refuses. What Ansible silently accepts is in
 * `doubt`: a `:port` taken as part of the name (INVENTORY_HOST_PATTERN), an invalid port (INVENTORY_PORT), an empty
 * range (INVENTORY_RANGE).
 */
export function parseHostPattern(
  pattern: string,
  origin: Origin,
  options: { ranges: boolean },
): HostPattern | ConvecthubError {
  const wrong = (code: InventoryCode, message: string, hint: string) =>
    problem(code, message, { origin, hint })
  const text = strip(pattern).text
  if (text === '')
    return wrong('INVENTORY_HOST_PATTERN', 'a host has an empty name', 'write the name of the host first')
  if (text === '---')
    return wrong('INVENTORY_HOST_PATTERN', "the host name '---' is a sign of YAML", 'name the file .yml')
  let parsed = parseAddress(pattern)
  // In a host list brackets are an ordinary part of the name.
  if (!options.ranges && parsed?.address.includes('[')) parsed = undefined
  const { address = pattern, port } = parsed ?? {}
  if (text.endsWith(':') && port === undefined) {
    return wrong(
      'INVENTORY_HOST_PATTERN',
      `the host '${pattern}' ends in ':'`,
      'a colon is followed by the port, or left out',
    )
  }
  const expansion = options.ranges ? expandRanges(address) : { names: [address] }
  if ('error' in expansion) return wrong('INVENTORY_RANGE', expansion.error, expansion.hint)
  let doubt: ConvecthubError | undefined
  if (parsed === undefined && address.replaceAll(/\[[^[\]]*\]/g, '').includes(':')) {
    const message = `'${pattern}' is neither a host name with a port nor an IPv6 address`
    doubt = wrong('INVENTORY_HOST_PATTERN', message, HOST_HINT)
  } else if (port !== undefined && (port < 1 || port > MAX_PORT)) {
    const message = `the port ${port} of '${pattern}' is not in 1-${MAX_PORT}`
    doubt = wrong('INVENTORY_PORT', message, 'the SSH port is usually 22')
  } else if (expansion.doubt) {
    doubt = wrong('INVENTORY_RANGE', expansion.doubt.error, expansion.doubt.hint)
  }
  // Ansible treats port 0 as no port.
  return { names: expansion.names, ...(port && { port }), ...(doubt && { doubt }) }
}

const HOST_HINT =
  'write host, host:22, 2001:db8::1 or [2001:db8::1]:22; a user goes into ansible_user, not before an @'
