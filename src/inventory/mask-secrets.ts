const SECRET = /([\w.-]*(?:pass|secret|token|credential)[\w.-]*["']?\s*[=:]\s*)\S.*/gis

/**
 * Replaces what stands behind `…password=`, `…token:` and the like up to the end, so that a wrong line can be shown:
 * where a wrong value ends is not known.
 */
export function maskSecrets(text: string): string {
  return text.replaceAll(SECRET, '$1***')
}
