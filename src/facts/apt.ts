import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** apt and dpkg: are they there, is the database whole (`dpkg --audit` silent), who holds its lock. */
export interface Apt {
  present: boolean
  broken: string
}

const family: FactFamily<Apt> = {
  id: 'apt',
  script: () => rawSh(`command -v apt-get >/dev/null && echo present\ndpkg --audit`),
  parse: (output) => {
    const [first, ...rest] = output.split('\n')
    return new Map([['', { present: first === 'present', broken: rest.join('\n').trim() }]])
  },
}

export const apt: Fact<Apt> = { family, key: '' }
