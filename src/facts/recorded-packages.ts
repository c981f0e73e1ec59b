import { OWNED } from '../layout.ts'
import { rawSh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** A package from convecthub's record on a host that is still there, with what apt and dpkg know about it. */
export interface RecordedPackage {
  name: string
  /** Installed as a dependency of another package (`apt-mark showauto`). */
  auto: boolean
  /** Essential, or of priority `required`. */
  essential: boolean
}

// accepts only package names as in Debian's policy (5.6.1), so that each is one shell word
const SCRIPT = `
# shellcheck disable=SC2046 # words
set -- $(sed -n 's/^package \\([a-z0-9][a-z0-9.+-]*\\(:[a-z0-9]*\\)*\\)$/\\1/p' ${OWNED})
[ "$#" = 0 ] || {
  dpkg-query -W -f 'package \${binary:Package} \${Essential} \${Priority} \${Status}\\n' -- "$@"
  apt-mark showauto "$@" | sed 's/^/auto /'
}`

/** The packages of the record that are installed, or have left something behind. */
export const recordedPackages = singleFact<readonly RecordedPackage[]>(
  'recorded-packages',
  rawSh(SCRIPT),
  (output) => {
    const bare = (name: string) => name.split(':', 1)[0] ?? ''
    const lines = output.split('\n')
    const auto = new Set(
      lines.filter((line) => line.startsWith('auto ')).map((line) => bare(line.slice('auto '.length))),
    )
    const found = lines.flatMap((line): RecordedPackage[] => {
      const [kind, name = '', essential, priority, ...status] = line.split(' ')
      const state = status.at(-1)
      if (kind !== 'package' || state === 'not-installed') return []
      // apt forgets about a removed package whether it was a dependency
      const isDependency = auto.has(bare(name)) || state === 'config-files'
      return [{ name, auto: isDependency, essential: essential === 'yes' || priority === 'required' }]
    })
    return found
  },
)
