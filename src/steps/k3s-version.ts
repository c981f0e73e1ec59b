/** The three numbers of a version such as `v1.21.3+k3s1`; zeros where there is none. */
export function versionNumbers(version: string): [number, number, number] {
  const [, major = 0, minor = 0, patch = 0] = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? []
  return [Number(major), Number(minor), Number(patch)]
}

/** True when `version` is `wanted` or later; suffixes such as `+k3s1` do not count. */
export function atLeast(version: string, wanted: string): boolean {
  const [a, b] = [versionNumbers(version), versionNumbers(wanted)]
  const at = a.findIndex((number, i) => number !== b[i])
  return at < 0 || (a[at] ?? 0) > (b[at] ?? 0)
}
