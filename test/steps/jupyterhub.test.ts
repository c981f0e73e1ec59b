import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { file } from '../../src/facts/file.ts'
import { release } from '../../src/facts/release.ts'
import { APPLIED_PASSWORD, HUB_PASSWORD } from '../../src/layout.ts'
import { appliedText, passwordMark, passwordNote } from '../../src/steps/hub-password.ts'
import { jupyterhub } from '../../src/steps/jupyterhub.ts'
import { type Answer, is, present, shown } from '../helpers/fake-facts.ts'
import { answersAfter, fileText, planStep } from '../helpers/plan-step.ts'
import { hostOf, testBundle, testDesired } from '../helpers/test-cluster.ts'

const desired = testDesired({}, { jhubConfig: 'hub:\n  x: 1\n' })
const DEFAULTS = '/var/lib/convecthub/jupyterhub/defaults.yaml'
const VALUES = '/var/lib/convecthub/jupyterhub/values.yaml'
const CHART = '/var/lib/convecthub/workdir/jupyterhub-4.4.0.tgz'
const at = (status: string, description: string, revision = 2) =>
  is(release, { status, description, revision })

const password = (digest: string) => present(HUB_PASSWORD, { mode: '600', digest })
const made = password('a'.repeat(64))
const empty = planStep(jupyterhub, desired, 'd1', { d1: [made] })
const files = [...answersAfter(empty.filter(({ kind }) => kind === 'file')), made]
const helm = empty.find(({ title }) => title.startsWith('helm '))
const described =
  helm?.kind === 'run' ? (/--description '([^']*)'/.exec(helm.script.reveal())?.[1] ?? '') : ''
const SEND = [
  '! run see that there is a work folder for root alone (convect_workdir /var/lib/convecthub)',
  `+ upload ${CHART}`,
]
const UPGRADE = '~ run helm upgrade convecthub, and wait for it'
const APPLIED = `+ file ${APPLIED_PASSWORD}`
const APPLIED_NEW = `~ file ${APPLIED_PASSWORD}`

it.each<{ what: string; answers?: readonly Answer[]; plan: string[] }>([
  {
    what: 'no release',
    plan: [
      `+ file ${DEFAULTS}`,
      `+ file ${VALUES}`,
      ...SEND,
      '+ run helm install convecthub, and wait for it',
      APPLIED,
    ],
  },
  { what: 'this release', answers: [...files, at('deployed', described)], plan: [] },
  {
    what: 'this release and an altered file',
    answers: [...files, at('deployed', described), present(VALUES)],
    plan: [`~ file ${VALUES}`],
  },
  {
    what: 'this release and the password taken from it',
    answers: [...files, is(file(APPLIED_PASSWORD), undefined), at('deployed', described)],
    plan: [APPLIED],
  },
  {
    what: 'a release from other inputs',
    answers: [...files, at('deployed', 'other')],
    plan: [...SEND, UPGRADE],
  },
  {
    what: 'this release and another password',
    answers: [...files, at('deployed', described), password('b'.repeat(64))],
    plan: [...SEND, UPGRADE, APPLIED_NEW],
  },
  { what: 'a failed release', answers: [...files, at('failed', described)], plan: [...SEND, UPGRADE] },
  {
    what: 'a first install that was killed',
    answers: [...files, at('pending-install', described, 1)],
    plan: [
      ...SEND,
      '- run revision 1 of convecthub, left pending-install by a helm that was killed',
      UPGRADE,
    ],
  },
  {
    what: 'an upgrade that was killed',
    answers: [...files, at('pending-upgrade', described, 4)],
    plan: [
      ...SEND,
      '- run revision 4 of convecthub, left pending-upgrade by a helm that was killed',
      UPGRADE,
    ],
  },
  {
    what: 'a rollback that was killed',
    answers: [...files, at('pending-rollback', 'x', 5)],
    plan: [
      ...SEND,
      '- run revision 5 of convecthub, left pending-rollback by a helm that was killed',
      UPGRADE,
    ],
  },
])('deploys JupyterHub on a driver with $what: $plan', ({ answers = [], plan }) => {
  expect(shown(planStep(jupyterhub, desired, 'd1', { d1: answers }))).toEqual(plan)
})

it.each([
  { what: 'the values', other: { ...desired, jhubConfig: 'hub: {}\n' }, upgrades: true },
  {
    what: 'the chart',
    other: {
      ...desired,
      bundle: {
        ...testBundle(),
        files: testBundle().files.map((each) => ({ ...each, sha256: 'f'.repeat(64) })),
      },
    },
    upgrades: true,
  },
  {
    what: 'the admins',
    other: testDesired({ hubAdmins: ['ada'] }, { jhubConfig: desired.jhubConfig }),
    upgrades: true,
  },
  { what: 'K3s', other: { ...desired, bundle: testBundle('v1.34.9+k3s1') }, upgrades: false },
  {
    what: 'the number of workers',
    other: testDesired({ workers: ['w1', 'w2'] }, { jhubConfig: desired.jhubConfig }),
    upgrades: false,
  },
])('a change of $what upgrades the release: $upgrades', ({ other, upgrades }) => {
  const plan = shown(planStep(jupyterhub, other, 'd1', { d1: [...files, at('deployed', described)] }))
  expect(plan.includes(UPGRADE)).toBe(upgrades)
})

it('merges the user’s values over the defaults, in files that only root can read', () => {
  expect(fileText(empty, VALUES)).toBe(desired.jhubConfig)
  expect(parse(fileText(empty, DEFAULTS))).toMatchObject({ ingress: { enabled: true } })
  expect(new Set(empty.flatMap((change) => (change.kind === 'file' ? [change.mode] : [])))).toEqual(
    new Set(['600']),
  )
})

/** The values files that a plan passes to helm, in order. */
function layers(plan: ReturnType<typeof planStep>): string[] {
  const last = plan.find(({ title }) => title.startsWith('helm '))
  const script = last?.kind === 'run' ? last.script.reveal() : ''
  return [...script.matchAll(/ -f (\S+)/g)].map(([, path = '']) => path)
}

const OWN = 'hub:\n  config:\n    JupyterHub:\n      authenticator_class: ldap\n'
const GIVEN = 'hub:\n  config:\n    DummyAuthenticator:\n      password: for-the-course\n'
const ALLOWED = 'hub:\n  config:\n    Authenticator:\n      allowed_users: [ada]\n'
it.each([
  { what: 'nothing', values: '', config: { DummyAuthenticator: { allow_all: true } } },
  { what: 'allowed users', values: ALLOWED, config: undefined },
  { what: 'a password', values: GIVEN, own: true, config: { DummyAuthenticator: { allow_all: true } } },
  {
    what: 'a password and allowed users',
    values: `${GIVEN}      allow_all: false\n`,
    own: true,
    config: undefined,
  },
  { what: 'an authenticator', values: OWN, own: true, config: undefined },
  {
    what: 'nothing but an admin',
    values: '',
    admins: ['ada'],
    config: { Authenticator: { admin_users: ['ada'] }, DummyAuthenticator: { allow_all: true } },
  },
  {
    what: 'an authenticator and an admin',
    values: OWN,
    own: true,
    admins: ['ada'],
    config: { Authenticator: { admin_users: ['ada'] } },
  },
])(
  'merges values with $what over $config, and adds the password last unless they choose an authenticator',
  (row) => {
    const { values, admins = [], config, own = false } = row
    const site = testDesired({ hubAdmins: admins }, { jhubConfig: values })
    const plan = planStep(jupyterhub, site, 'd1', { d1: [made] })
    expect(parse(fileText(plan, DEFAULTS)).hub?.config).toEqual(config)
    expect(layers(plan)).toEqual([DEFAULTS, VALUES, ...(own ? [] : [HUB_PASSWORD])])
  },
)

it('passes the password file that the driver has to helm', () => {
  const script = helm?.kind === 'run' ? helm.script.reveal() : ''
  expect(script).toContain(`${'a'.repeat(64)} ${HUB_PASSWORD}`)
  const mark = passwordMark(desired.cluster.token, 'a'.repeat(64))
  expect(described.endsWith(passwordNote(mark))).toBe(true)
  expect(fileText(empty, APPLIED_PASSWORD)).toBe(appliedText(mark))
})

it('our values leave the notebooks’ network policy to the chart', () => {
  expect(parse(fileText(empty, DEFAULTS)).singleuser).toEqual({ cloudMetadata: { blockWithIptables: false } })
})

it('runs helm as a job that survives a lost connection, and names a stand-in in the title', () => {
  expect(helm).toMatchObject({ kind: 'run', durable: true })
  const standIn = testDesired({}, { bundle: { ...testBundle(), standIn: true } })
  expect(shown(planStep(jupyterhub, standIn, 'd1')).at(-2)).toContain('helm install convecthub (stand-in)')
})

it('deploys JupyterHub on the first driver only, after all nodes, even if some fail', () => {
  const own = testDesired({ drivers: ['d1', 'd2'], workers: ['w1'] })
  expect(jupyterhub.hosts(own).map(({ name }) => name)).toEqual(['d1'])
  expect(jupyterhub.after?.(hostOf(own, 'd1'), own)).toEqual(
    ['d1', 'd2', 'w1'].map((host) => ({ step: 'images', host })),
  )
})
