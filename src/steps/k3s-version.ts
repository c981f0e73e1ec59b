/** Major, minor, patch and K3s build of a version such as `v1.21.3+k3s1`; 0 for each that is missing. */
export function versionNumbers(version: string): [number, number, number, number] {
  const [, major = 0, minor = 0, patch = 0] = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? []
  const [, build = 0] = /\+k3s(\d+)/.exec(version) ?? []
  return [Number(major), Number(minor), Number(patch), Number(build)]
}

/** True when `version` is `wanted` or later; suffixes such as `+k3s1` are ignored. */
export function atLeast(version: string, wanted: string): boolean {
  return compare(versionNumbers(version).slice(0, 3), versionNumbers(wanted).slice(0, 3)) >= 0
}

/**
 * Whether a version has something that came with `firsts`: the first version of each minor one that got it. Later minor
 * versions have it as well.
 */
export function hasSince(version: string, firsts: readonly string[]): boolean {
  const minorOf = (text: string) => versionNumbers(text).slice(0, 2).join('.')
  const first = firsts.find((each) => minorOf(each) === minorOf(version)) ?? firsts.at(-1)
  return first !== undefined && atLeast(version, first)
}

/**
 * Classifies a change of K3s's version. `up` is a later version of the same or the next minor version, `far` is any
 * later one. Kubernetes upgrades one minor version at a time and never downgrades (Kubernetes docs, version skew
 * policy).
 */
export function upgradeKind(from: string, to: string): 'same' | 'up' | 'far' | 'down' {
  const [a, b] = [versionNumbers(from), versionNumbers(to)]
  const order = compare(b, a)
  if (order <= 0) return order === 0 ? 'same' : 'down'
  return b[0] === a[0] && b[1] - a[1] <= 1 ? 'up' : 'far'
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((number, i) => number !== b[i])
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}
