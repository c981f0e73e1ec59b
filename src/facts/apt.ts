import { rawSh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** A host's package manager. */
export interface PackageManager {
  present: boolean
  /** Its report about half-installed packages; empty when there are none. */
  broken: string
}

/** The state of apt and dpkg. */
export const apt = singleFact<PackageManager>(
  'apt',
  rawSh(`command -v apt-get >/dev/null && echo present\ndpkg --audit | sed 's/^/audit /'`),
  (output) => {
    const lines = output.split('\n')
    const broken = lines.filter((line) => line.startsWith('audit ')).map((line) => line.slice(6))
    return { present: lines.includes('present'), broken: broken.join('\n').trim() }
  },
)
