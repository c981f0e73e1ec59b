/** A value of YAML as a mapping; an empty one for anything else. */
export function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/** The values of a list or a mapping; none for anything else. */
export function members(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : Object.values(mapping(value))
}
