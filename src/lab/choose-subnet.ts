import { createHash } from 'node:crypto'
import { ConvecthubError } from '../errors.ts'

interface Range {
  first: number
  last: number
}

/** Where the range of second octets begins. It avoids K3s's own 10.42 and 10.43. */
const FIRST_OCTET = 100
const OCTETS = 100

/**
 * Finds a free 10.x.y.0/24. `taken` are the CIDRs in use (Docker networks, routes). `seed`, the lab's id, decides where
 * the search starts, so that a lab usually gets the same subnet again. Error: LAB_SUBNET when all are taken.
 */
export function chooseSubnet(taken: readonly string[], seed: string): string {
  const used = taken.map(parseCidr).filter((range) => range !== undefined)
  const count = OCTETS * 256
  const start = createHash('sha256').update(seed).digest().readUInt32BE(0) % count
  for (let n = 0; n < count; n++) {
    const index = (start + n) % count
    const subnet = `10.${FIRST_OCTET + Math.floor(index / 256)}.${index % 256}.0/24`
    const range = parseCidr(subnet) as Range
    if (!used.some((other) => other.first <= range.last && range.first <= other.last)) return subnet
  }
  throw new ConvecthubError('LAB_SUBNET', 'no 10.x.y.0/24 is free for the lab', {
    hint: 'remove unused networks with `docker network prune`, or labs with `convecthub lab down`',
  })
}

/** Parses the IPv4 routes of /proc/net/route into CIDRs, without default routes. */
export function parseRoutes(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((fields) => fields.length > 7)
    .map((fields) => ({ to: hexToBytes(fields[1] as string), mask: hexToBytes(fields[7] as string) }))
    .map(({ to, mask }) => `${to.join('.')}/${mask.reduce((bits, byte) => bits + popCount(byte), 0)}`)
    .filter((cidr) => !cidr.endsWith('/0'))
}

function parseCidr(cidr: string): Range | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr)
  if (!match) return undefined
  const [a, b, c, d, bits] = match.slice(1).map(Number) as [number, number, number, number, number]
  const size = 2 ** (32 - bits)
  const address = ((a * 256 + b) * 256 + c) * 256 + d
  const first = address - (address % size)
  return { first, last: first + size - 1 }
}

/** /proc/net/route writes addresses as little-endian hex. */
function hexToBytes(hex: string): number[] {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
}

function popCount(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length
}
