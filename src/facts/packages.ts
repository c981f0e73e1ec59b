import { joinSh, rawSh, sh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

const family: FactFamily<string | undefined> = {
  id: 'package',
  script: (keys) =>
    joinSh([
      sh`set -- ${[...keys]}`,
      rawSh(`dpkg-query -W -f '\${Package} \${Version} \${Status}\\n' -- "$@"`),
    ]),
  parse(output, keys) {
    const versions = new Map<string, string | undefined>(keys.map((key) => [key, undefined]))
    for (const [, name = '', version] of output.matchAll(/^(\S+) (\S+) \S+ ok installed$/gm))
      if (versions.has(name)) versions.set(name, version)
    return versions
  },
}

/** The installed version of a Debian package; undefined when it is not installed, or only partly. */
export function installedPackage(name: string): Fact<string | undefined> {
  return { family, key: name }
}
