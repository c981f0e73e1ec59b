import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Change } from '../../src/engine/change.ts'
import { marks, renderChanges } from '../../src/engine/render.ts'
import { KUBECONFIG } from '../../src/facts/release.ts'
import { rawSh } from '../../src/sh.ts'
import { HUB_PASSWORD, hubPassword, passwordIn } from '../../src/steps/hub-password.ts'
import { type Answer, present, shown } from '../helpers/fake-facts.ts'
import { type LocalHost, localHost } from '../helpers/local-host.ts'
import { planStep } from '../helpers/plan-step.ts'
import { testWishes } from '../helpers/test-cluster.ts'

const MAKE = `+ run a password with which everybody logs in to the hub (${HUB_PASSWORD})`
const CLOSE = `~ run ${HUB_PASSWORD} for root alone`

it.each<{ what: string; d1: Answer[]; plan: string[] }>([
  { what: 'is not there', d1: [], plan: [MAKE] },
  { what: 'is empty', d1: [present(HUB_PASSWORD, { mode: '600', size: 0 })], plan: [MAKE] },
  { what: 'is there', d1: [present(HUB_PASSWORD, { mode: '600' })], plan: [] },
  { what: 'can be read by others', d1: [present(HUB_PASSWORD, { mode: '644' })], plan: [CLOSE] },
  {
    what: 'belongs to somebody',
    d1: [present(HUB_PASSWORD, { mode: '600', owner: '1000:0' })],
    plan: [CLOSE],
  },
])('a password that $what: $plan', ({ d1, plan }) => {
  expect(shown(planStep(hubPassword, testWishes(), 'd1', { d1 }))).toEqual(plan)
})

it('there is one on the first driver, and none where the values say how people log in', () => {
  const ldap = 'hub:\n  config:\n    JupyterHub:\n      authenticator_class: ldap\n'
  expect(hubPassword.hosts(testWishes({ drivers: ['d1', 'd2'] })).map(({ name }) => name)).toEqual(['d1'])
  expect(planStep(hubPassword, testWishes({}, { jhubConfig: ldap }), 'd1')).toEqual([])
})

let host: LocalHost | undefined
afterEach(() => host?.remove())

/** Makes the changes on a host; gives what it printed. */
async function carryOut(changes: readonly Change[], on: LocalHost): Promise<string> {
  const numbered = changes.flatMap((change, i) => (change.kind === 'upload' ? [] : [[i, change] as const]))
  const script = renderChanges(numbered, 'hub-password', marks('@@x'))
  const { code, output } = await on.connection.run(script, { name: 'x', timeoutMs: 10_000 })
  expect({ code, output }).toMatchObject({ code: 0 })
  return output
}

it('a host makes it at random, for root alone, as values that helm reads, and shows it to nobody', async () => {
  host = localHost()
  const plan = planStep(hubPassword, testWishes(), 'd1')
  const output = await carryOut(plan, host)
  const path = join(host.state, 'jupyterhub/password.yaml')
  const text = readFileSync(path, 'utf8')
  const password = passwordIn(text)?.reveal() ?? ''
  expect(password).toMatch(/^[a-km-np-z2-9]{24}$/)
  expect(parse(text)).toEqual({
    hub: { config: { JupyterHub: { authenticator_class: 'dummy' }, DummyAuthenticator: { password } } },
  })
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(output).not.toContain(password)
  expect(readFileSync(join(host.state, 'owned'), 'utf8')).toContain(`file ${path}\n`)

  // a run that was planned before this one ended
  await carryOut(plan, host)
  expect(readFileSync(path, 'utf8')).toBe(text)

  writeFileSync(path, '')
  await carryOut(plan, host)
  expect(passwordIn(readFileSync(path, 'utf8'))?.reveal()).not.toBe(password)
})

it.each(['', 'hub: [', '- a', 'hub:\n  config:\n    DummyAuthenticator:\n      password: ""\n'])(
  'there is no password in %j',
  (text) => expect(passwordIn(text)).toBeUndefined(),
)

it('another driver that leads takes the password of the release, and makes none where it cannot ask', async () => {
  host = localHost()
  const known = 'k7mzq2n9rstuvwxyzabc2345'
  const helm = join(host.state, 'bin/helm')
  const path = join(host.state, 'jupyterhub/password.yaml')
  mkdirSync(join(host.state, 'bin'), { recursive: true })
  const values = JSON.stringify({ hub: { config: { DummyAuthenticator: { password: known } } } })
  const fake = (answer: string) => writeFileSync(helm, `#!/bin/sh\n${answer}\n`, { mode: 0o755 })
  const plan = planStep(hubPassword, testWishes(), 'd1').map((change): Change => {
    if (change.kind !== 'run') return change
    // where K3s's own configuration is on a driver
    return { ...change, script: rawSh(change.script.reveal().replaceAll(KUBECONFIG, helm)) }
  })
  fake('exit 1')
  await expect(carryOut(plan, host)).rejects.toThrow()
  expect(existsSync(path)).toBe(false)
  fake(`case $1 in list) echo convecthub ;; *) printf '%s\\n' '${values}' ;; esac`)
  await carryOut(plan, host)
  expect(passwordIn(readFileSync(path, 'utf8'))?.reveal()).toBe(known)
})
