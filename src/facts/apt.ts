import { rawSh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** The state of apt and dpkg. */
export interface Apt {
  present: boolean
  /** What `dpkg --audit` prints; empty when the package database is consistent. */
  broken: string
}

export const apt = singleFact<Apt>(
  'apt',
  rawSh(`command -v apt-get >/dev/null && echo present\ndpkg --audit | sed 's/^/audit /'`),
  (output) => {
    const lines = output.split('\n')
    const broken = lines.filter((line) => line.startsWith('audit ')).map((line) => line.slice(6))
    return { present: lines.includes('present'), broken: broken.join('\n').trim() }
  },
)
