import { bundleSbom } from '../artifacts/bundle-sbom.ts'
import { readLock } from '../artifacts/load-bundle.ts'
import type { VerbResult } from './verb.ts'

/** `bundle sbom`: prints what is in a bundle as CycloneDX, for programs that watch for vulnerabilities. */
export async function bundleSbomVerb(folder: string): VerbResult {
  process.stdout.write(bundleSbom(readLock(folder)))
  return 'ok'
}
