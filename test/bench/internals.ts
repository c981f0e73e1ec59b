// What the bench calls of the program beside its command line: an entry of its own in the bench's build.
// The same copy as the program's own, for what is measured in it.
export { default as ssh2 } from 'ssh2'
export { readFleet } from '../../src/commands/read-fleet.ts'
export { runVerb } from '../../src/commands/run-verb.ts'
export { file } from '../../src/facts/file.ts'
export { installedPackage } from '../../src/facts/packages.ts'
export { ping } from '../../src/recipes/ping.ts'
export { sh } from '../../src/sh.ts'
export { managedFile } from '../../src/steps/managed-file.ts'

/** Loaded when it is asked for, as by the verbs: most rows have no bundle. */
export const loadBundle = async (folder: string) =>
  (await import('../../src/artifacts/load-bundle.ts')).loadBundle(folder)
