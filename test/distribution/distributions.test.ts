import { expect, it } from 'vitest'
import { debian } from '../../src/distribution/debian.ts'
import { DISTRIBUTIONS, distributionOf } from '../../src/distribution/distributions.ts'
import { system } from '../../src/facts/system.ts'
import { parseFact } from '../helpers/parse-fact.ts'

it.each([
  { lines: 'os.ID=ubuntu\nos.ID_LIKE=debian', family: debian },
  { lines: 'os.ID=debian', family: debian },
  { lines: 'os.ID=linuxmint\nos.ID_LIKE="ubuntu debian"', family: debian },
  { lines: 'os.ID=fedora', family: DISTRIBUTIONS[0] },
  { lines: 'os.ID=constructor', family: DISTRIBUTIONS[0] },
  { lines: '', family: DISTRIBUTIONS[0] },
])('$lines', ({ lines, family }) => {
  expect(distributionOf(parseFact(system, lines))).toBe(family)
})

it('no two families share an ID or an ID_LIKE', () => {
  for (const names of [
    DISTRIBUTIONS.flatMap(({ oldest }) => Object.keys(oldest)),
    DISTRIBUTIONS.flatMap(({ like }) => like),
  ])
    expect(new Set(names).size).toBe(names.length)
})
