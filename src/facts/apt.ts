import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** The state of apt and dpkg. */
export interface Apt {
  present: boolean
  /** What `dpkg --audit` prints; empty when the package database is consistent. */
  broken: string
}

const family: FactFamily<Apt> = {
  id: 'apt',
  script: () => rawSh(`command -v apt-get >/dev/null && echo present\ndpkg --audit | sed 's/^/audit /'`),
  parse: (output) => {
    const lines = output.split('\n')
    const broken = lines.filter((line) => line.startsWith('audit ')).map((line) => line.slice(6))
    return new Map([['', { present: lines.includes('present'), broken: broken.join('\n').trim() }]])
  },
}

export const apt: Fact<Apt> = { family, key: '' }
