import type { AptSource } from '../facts/apt-sources.ts'

/**
 * Keeps the sources of the distribution itself: suites of its codename, signed with the archive's own key. Vendors'
 * repositories need keys that a lab machine does not have.
 */
export function distributionSources(sources: readonly AptSource[], codename: string): AptSource[] {
  return sources.filter(
    ({ type, suite, signedBy }) =>
      type === 'deb' &&
      suite.split(/[-/]/)[0] === codename &&
      (signedBy === undefined || /\/(debian|ubuntu)-archive-keyring\.\w+$/.test(signedBy)),
  )
}

/** Writes the sources in the one-line format, which every release of apt reads. */
export function renderAptSources(sources: readonly AptSource[]): string {
  return sources.map(({ uri, suite, components }) => `deb ${uri} ${suite} ${components.join(' ')}\n`).join('')
}
