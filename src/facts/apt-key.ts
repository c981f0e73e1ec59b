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
          const [of, key] = line.split(' ')
          return of === path && key ? [key] : []
        }),
      ]),
    ),
}

/** Fingerprints of all keys in a binary keyring of apt's, `?` for what is not readable; none where there is no file. */
export function aptKey(path: string): Fact<readonly string[]> {
  return { family, key: path }
}
