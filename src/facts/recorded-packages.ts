import { OWNED } from '../layout.ts'
import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** A package that convecthub's record on a host names and that is there, with what apt and dpkg say of it. */
export interface RecordedPackage {
  name: string
  /** It came along with another one (`apt-mark showauto`). */
  auto: boolean
  /** Essential, or of priority `required`. */
  essential: boolean
}

// names as Debian's policy has them (5.6.1), so that they are words
const SCRIPT = `
# shellcheck disable=SC2046 # words
set -- $(sed -n 's/^package \\([a-z0-9][a-z0-9.+-]*\\(:[a-z0-9]*\\)*\\)$/\\1/p' ${OWNED})
[ "$#" = 0 ] || {
  dpkg-query -W -f 'package \${binary:Package} \${Essential} \${Priority} \${Status}\\n' -- "$@"
  apt-mark showauto "$@" | sed 's/^/auto /'
}`

const family: FactFamily<readonly RecordedPackage[]> = {
  id: 'recorded-packages',
  script: () => rawSh(SCRIPT),
  parse: (output) => {
    const bare = (name: string) => name.split(':', 1)[0] ?? ''
    const lines = output.split('\n')
    const auto = new Set(
      lines.filter((line) => line.startsWith('auto ')).map((line) => bare(line.slice('auto '.length))),
    )
    const found = lines.flatMap((line): RecordedPackage[] => {
      const [kind, name = '', essential, priority, ...status] = line.split(' ')
      const state = status.at(-1)
      if (kind !== 'package' || state === 'not-installed') return []
      // of one that was removed, apt knows no more how it came
      const cameAlong = auto.has(bare(name)) || state === 'config-files'
      return [{ name, auto: cameAlong, essential: essential === 'yes' || priority === 'required' }]
    })
    return new Map([['', found]])
  },
}

/** The packages of the record that are installed, or of which something is left. */
export const recordedPackages: Fact<readonly RecordedPackage[]> = { family, key: '' }
