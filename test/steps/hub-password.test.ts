import { expect, it } from 'vitest'
import { digest } from '../../src/digest.ts'
import { release } from '../../src/facts/release.ts'
import { APPLIED_PASSWORD, HUB_PASSWORD } from '../../src/layout.ts'
import {
  appliedText,
  hubPassword,
  passwordIn,
  passwordMark,
  passwordNote,
} from '../../src/steps/hub-password.ts'
import { type Answer, is, present, shown } from '../helpers/fake-facts.ts'
import { planStep } from '../helpers/plan-step.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const MAKE = `+ run a password with which everybody logs in to the hub (${HUB_PASSWORD})`
const CLOSE = `~ run ${HUB_PASSWORD} for root alone`
const RENEW = `~ run the password of the hub, from its release (${HUB_PASSWORD})`

const OLD = 'a'.repeat(64)
const NEW = 'b'.repeat(64)
const holds = (digest: string) => present(HUB_PASSWORD, { mode: '600', digest })
const mark = (sha256: string) => passwordMark(testDesired().cluster.token, sha256)
const applied = (sha256: string) =>
  present(APPLIED_PASSWORD, { mode: '600', digest: digest(appliedText(mark(sha256))) })
const deployed = (description: string, status = 'deployed') =>
  is(release, { status, description, revision: 3 })
const madeFrom = (sha256: string) =>
  deployed(`the bundle, inputs 0123456789abcdef${passwordNote(mark(sha256))}`)

const failed = deployed('Upgrade "convecthub" failed: timed out', 'failed')
it.each<{ what: string; drivers?: string[]; d1: Answer[]; plan: string[] }>([
  { what: 'is not there', d1: [], plan: [MAKE] },
  { what: 'is empty', d1: [present(HUB_PASSWORD, { mode: '600', size: 0 })], plan: [MAKE] },
  { what: 'is there', d1: [present(HUB_PASSWORD, { mode: '600' })], plan: [] },
  { what: 'can be read by others', d1: [present(HUB_PASSWORD, { mode: '644' })], plan: [CLOSE] },
  {
    what: 'belongs to another user',
    d1: [present(HUB_PASSWORD, { mode: '600', owner: '1000:0' })],
    plan: [CLOSE],
  },
  { what: 'is the one of the release', d1: [holds(OLD), applied(OLD), madeFrom(OLD)], plan: [] },
  { what: 'was changed here', d1: [holds(NEW), applied(OLD), madeFrom(OLD)], plan: [] },
  { what: 'was changed elsewhere', d1: [holds(OLD), applied(OLD), madeFrom(NEW)], plan: [RENEW] },
  { what: 'was changed here and elsewhere', d1: [holds('c'), applied(OLD), madeFrom(NEW)], plan: [] },
  { what: 'was never applied', d1: [holds(OLD), madeFrom(NEW)], plan: [] },
  {
    what: 'may have been changed elsewhere, by a failed upgrade',
    drivers: ['d1', 'd2'],
    d1: [holds(OLD), applied(OLD), failed],
    plan: [RENEW],
  },
  { what: 'was applied by a failed upgrade', d1: [holds(OLD), applied(OLD), failed], plan: [] },
  {
    what: 'is not used, as the hub has an authenticator',
    d1: [holds(OLD), applied(OLD), deployed('x')],
    plan: [],
  },
  {
    what: 'was changed elsewhere, and can be read by others',
    d1: [present(HUB_PASSWORD, { mode: '644', digest: OLD }), applied(OLD), madeFrom(NEW)],
    plan: [CLOSE, RENEW],
  },
  { what: 'exists without a release', d1: [holds(OLD), applied(OLD)], plan: [] },
])('a password that $what: $plan', ({ drivers = ['d1'], d1, plan }) => {
  expect(shown(planStep(hubPassword, testDesired({ drivers }), 'd1', { d1 }))).toEqual(plan)
})

it('makes a password on the first driver only, and none when the values choose an authenticator', () => {
  const ldap = 'hub:\n  config:\n    JupyterHub:\n      authenticator_class: ldap\n'
  expect(hubPassword.hosts(testDesired({ drivers: ['d1', 'd2'] })).map(({ name }) => name)).toEqual(['d1'])
  expect(planStep(hubPassword, testDesired({}, { jhubConfig: ldap }), 'd1')).toEqual([])
})

it.each(['', 'hub: [', '- a', 'hub:\n  config:\n    DummyAuthenticator:\n      password: ""\n'])(
  'there is no password in %j',
  (text) => expect(passwordIn(text)).toBeUndefined(),
)
