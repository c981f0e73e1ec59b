/**
 * The address to ask instead of `address`, which may be a URL or the name of an image. Of the mirrors whose beginning
 * matches whole parts of it, the longest counts: `quay.io` → `store.lan/quay` turns `https://quay.io/a` into
 * `https://store.lan/quay/a`, and `quay.io/a:1` into `store.lan/quay/a:1`. A mirror without a scheme takes that of the
 * address. Without a match, the address itself.
 */
export function mirrored(address: string, mirrors: Readonly<Record<string, string>>): string {
  const [scheme, rest] = split(address)
  const [best] = Object.entries(mirrors)
    .map(([from, to]) => ({ from: split(bare(from)), to: split(bare(to)) }))
    .filter(({ from: [only, start] }) => (only === '' || only === scheme) && begins(rest, start))
    .toSorted((a, b) => b.from[1].length - a.from[1].length || b.from[0].length - a.from[0].length)
  if (!best) return address
  const [other, start] = best.to
  return `${scheme && (other || scheme)}${start}${rest.slice(best.from[1].length)}`
}

/** Scheme with its slashes, and the rest. */
function split(address: string): [scheme: string, rest: string] {
  const [scheme = ''] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(address) ?? []
  return [scheme.toLowerCase(), address.slice(scheme.length)]
}

/** Without a slash at the end. */
function bare(address: string): string {
  return address.replace(/\/$/, '')
}

/** Whether `start` is the beginning of an address and ends where a part of it ends, as before a tag but not a port. */
function begins(address: string, start: string): boolean {
  const next = address.slice(start.length, start.length + 1)
  return address.startsWith(start) && (start.includes('/') ? '/?:@' : '/?').includes(next)
}
