import type { AptSource } from '../facts/apt-sources.ts'

/**
 * The sources of the distribution itself: suites of its codename, and no key but the archive's own. Others (vendors'
 * repositories) need keys that a lab machine does not have.
 */
export function distributionSources(sources: readonly AptSource[], codename: string): AptSource[] {
  return sources.filter(
    ({ type, suite, signedBy }) =>
      type === 'deb' &&
      suite.split(/[-/]/)[0] === codename &&
      (signedBy === undefined || /\/(debian|ubuntu)-archive-keyring\.\w+$/.test(signedBy)),
  )
}

/** The sources as a one-line-style file, which every release of apt reads. */
export function renderAptSources(sources: readonly AptSource[]): string {
  return sources.map(({ uri, suite, components }) => `deb ${uri} ${suite} ${components.join(' ')}\n`).join('')
}
