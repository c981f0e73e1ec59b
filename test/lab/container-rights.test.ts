import { expect, it } from 'vitest'
import { containerRights } from '../../src/lab/container-rights.ts'

const status = (capBnd: string) => `Name:\tnode\nCapEff:\t0\nCapBnd:\t${capBnd}\nCapAmb:\t0\n`

it.each([
  ['all capabilities', status('000001ffffffffff'), 40],
  ['all capabilities of an older kernel', status('0000003fffffffff'), 37],
  ['no CapBnd line (not Linux)', '', 40],
])('uses --privileged with %s', (_, text, last) => {
  expect(containerRights(text, last)).toEqual(['--privileged'])
})

it('adds the available capabilities one by one when CAP_SYS_RESOURCE is missing', () => {
  const rights = containerRights(status('000001fffeffffff'), 40)
  expect(rights).toContain('SYS_ADMIN')
  expect(rights).not.toContain('SYS_RESOURCE')
  expect(rights.filter((arg) => arg === '--cap-add')).toHaveLength(37)
  expect(rights.slice(-2)).toEqual(['--security-opt', 'systempaths=unconfined'])
})
