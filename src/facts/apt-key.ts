import { joinSh, rawSh, sh } from '../sh.ts'
import { template } from '../templates.ts'
import type { Fact, FactFamily } from './fact.ts'

const family: FactFamily<readonly string[]> = {
  id: 'apt-key',
  script: (paths) =>
    joinSh([
      rawSh(template('remote/openpgp.sh')),
      ...paths.map((path) => sh`openpgp_keys ${path} | sed ${`s|^|${path} |`}`),
    ]),
  parse: (output, paths) =>
    new Map(
      paths.map((path) => [
        path,
        output.split('\n').flatMap((line) => {
          const [keyring, key] = line.split(' ')
          return keyring === path && key ? [key] : []
        }),
      ]),
    ),
}

/** Fingerprints of the keys in a binary apt keyring, `?` for one that is unreadable. Empty when the file is missing. */
export function aptKey(path: string): Fact<readonly string[]> {
  return { family, key: path }
}
