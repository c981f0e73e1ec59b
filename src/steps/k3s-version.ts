/** The numbers of a version such as `v1.21.3+k3s1`, the last one K3s's own; zeros where there is none. */
export function versionNumbers(version: string): [number, number, number, number] {
  const [, major = 0, minor = 0, patch = 0] = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? []
  const [, build = 0] = /\+k3s(\d+)/.exec(version) ?? []
  return [Number(major), Number(minor), Number(patch), Number(build)]
}

/** True when `version` is `wanted` or later; suffixes such as `+k3s1` do not count. */
export function atLeast(version: string, wanted: string): boolean {
  return compare(versionNumbers(version).slice(0, 3), versionNumbers(wanted).slice(0, 3)) >= 0
}

/**
 * What it means to go from one K3s to another: `up` is the same minor version or the next one, `far` any later one, for
 * Kubernetes is upgraded a minor version at a time and never goes back (Kubernetes docs, version skew policy).
 */
export function upgradeKind(from: string, to: string): 'same' | 'up' | 'far' | 'down' {
  const [a, b] = [versionNumbers(from), versionNumbers(to)]
  const way = compare(b, a)
  if (way <= 0) return way === 0 ? 'same' : 'down'
  return b[0] === a[0] && b[1] - a[1] <= 1 ? 'up' : 'far'
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((number, i) => number !== b[i])
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}
