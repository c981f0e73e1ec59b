import { sh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

const family: FactFamily<string | undefined> = {
  id: 'package',
  script: (keys) =>
    sh`dpkg-query -W -f '\${binary:Package} \${db:Status-Abbrev} \${Version}\n' -- ${[...keys]}`,
  parse: (output, keys) => {
    const versions = new Map<string, string | undefined>(keys.map((key) => [key, undefined]))
    for (const [, name = '', version = ''] of output.matchAll(/^([^\s:]+)(?::\S+)? .i\s? +(\S+)$/gm))
      versions.set(name, version)
    return versions
  },
}

/** The installed version of a Debian package, undefined when it is not (wholly) installed. */
export function installedPackage(name: string): Fact<string | undefined> {
  return { family, key: name }
}
