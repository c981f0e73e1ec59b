import { readFileSync } from 'node:fs'

/** The text of a file, or `fallback` when it cannot be read: other systems lack some files of Linux or Debian. */
export function readOr(path: string, fallback = ''): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return fallback
  }
}
