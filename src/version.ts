import { readFileSync } from 'node:fs'

/** The commit of the build, set by scripts/build.js. */
declare const BUILD_COMMIT: string | undefined

/** What `--version` prints: version, commit and Node, such as `convecthub 0.1.0 (commit abc1234, Node v20.19.0)`. */
export function versionLine(): string {
  // package.json is beside both src/ and dist/
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const commit = typeof BUILD_COMMIT === 'string' ? BUILD_COMMIT : 'unknown'
  return `${name} ${version} (commit ${commit}, Node ${process.version})`
}
