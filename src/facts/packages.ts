import { joinSh, rawSh, sh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

// dpkg-query(1) reads and sorts all that dpkg knows before it answers; grep takes a fifth of its time. dpkg(1) names the
// file, and merges into it whatever it does before it ends. It writes fields in an order of its own: Version is the
// thirteenth behind Package at most, and in front of all long ones.
const family: FactFamily<string | undefined> = {
  id: 'package',
  script: (keys) =>
    joinSh([
      sh`set -- ${keys.flatMap((key) => ['-e', `Package: ${key}`])}`,
      rawSh('grep -A 13 -Fx "$@" /var/lib/dpkg/status'),
    ]),
  parse(output, keys) {
    const versions = new Map<string, string | undefined>(keys.map((key) => [key, undefined]))
    for (const record of output.split(/^(?=Package: )/m)) {
      const field = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(record)?.[1]
      const [name, version] = [field('Package'), field('Version')]
      if (name !== undefined && versions.has(name) && / ok installed$/.test(field('Status') ?? ''))
        versions.set(name, version)
    }
    return versions
  },
}

/** The installed version of a Debian package, undefined when it is not (wholly) installed. */
export function installedPackage(name: string): Fact<string | undefined> {
  return { family, key: name }
}
