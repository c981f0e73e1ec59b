import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { parse } from 'yaml'
import { digest } from '../../src/digest.ts'
import type { Change } from '../../src/engine/change.ts'
import { marks, renderChanges } from '../../src/engine/render.ts'
import { release } from '../../src/facts/release.ts'
import { APPLIED_PASSWORD, HUB_PASSWORD, KUBECONFIG } from '../../src/layout.ts'
import { rawSh } from '../../src/sh.ts'
import {
  appliedText,
  hubPassword,
  passwordIn,
  passwordMark,
  passwordNote,
} from '../../src/steps/hub-password.ts'
import { is, present } from '../helpers/fake-facts.ts'
import { type LocalHost, localHost } from '../helpers/local-host.ts'
import { planStep } from '../helpers/plan-step.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const NEW = 'b'.repeat(64)
const holds = (digest: string) => present(HUB_PASSWORD, { mode: '600', digest })
const mark = (sha256: string) => passwordMark(testDesired().cluster.token, sha256)
const applied = (sha256: string) =>
  present(APPLIED_PASSWORD, { mode: '600', digest: digest(appliedText(mark(sha256))) })
const madeFrom = (sha256: string) => {
  const description = `the bundle, inputs 0123456789abcdef${passwordNote(mark(sha256))}`
  return is(release, { status: 'deployed', description, revision: 3 })
}

let host: LocalHost | undefined
afterEach(() => host?.remove())

/** Makes the changes on a host, and returns what it printed. */
async function carryOut(changes: readonly Change[], on: LocalHost): Promise<string> {
  const numbered = changes.flatMap((change, i) => (change.kind === 'upload' ? [] : [[i, change] as const]))
  const script = renderChanges(numbered, 'hub-password', marks('@@x'))
  const { code, output } = await on.connection.run(script, { name: 'x', timeoutMs: 10_000 })
  expect({ code, output }).toMatchObject({ code: 0 })
  return output
}

it('makes a random password as values for helm, readable by root only, and prints it nowhere', async () => {
  host = localHost()
  const plan = planStep(hubPassword, testDesired(), 'd1')
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

  // a run that was planned before the first one ended
  await carryOut(plan, host)
  expect(readFileSync(path, 'utf8')).toBe(text)

  writeFileSync(path, '')
  await carryOut(plan, host)
  expect(passwordIn(readFileSync(path, 'utf8'))?.reveal()).not.toBe(password)
})

/** A host whose helm has a release with this password (none: without a release), or is the script `helm`. */
function withHelm(password: unknown, helm?: string) {
  host = localHost()
  const at = join(host.state, 'bin/helm')
  mkdirSync(join(host.state, 'bin'), { recursive: true })
  mkdirSync(join(host.state, 'jupyterhub'))
  const values = { hub: { config: { DummyAuthenticator: { allow_all: true, password } } }, x: { y: '{}' } }
  writeFileSync(`${at}.json`, JSON.stringify(values))
  const answer = `case $1 in list) ${password === undefined ? ':' : 'echo convecthub'} ;; *) cat ${at}.json ;; esac`
  writeFileSync(at, `#!/bin/sh\n${helm ?? answer}\n`, { mode: 0o755 })
  // K3s writes its kubeconfig there on a driver
  const onDriver = (change: Change): Change =>
    change.kind === 'run'
      ? { ...change, script: rawSh(change.script.reveal().replaceAll(KUBECONFIG, at)) }
      : change
  return { host, onDriver, path: join(host.state, 'jupyterhub/password.yaml') }
}

it.each(['k7mzq2n9rstuvwxyzabc2345', 'Of our "own": two  words, \\ and \'', '{}', 'a#b', 'é<&>\u2028'])(
  'a new lead takes the password from the release: %j',
  async (known) => {
    const { host, onDriver, path } = withHelm(known)
    await carryOut(planStep(hubPassword, testDesired(), 'd1').map(onDriver), host)
    expect(passwordIn(readFileSync(path, 'utf8'))?.reveal()).toBe(known)
  },
)

it('makes no password when helm cannot read the release', async () => {
  const { host, onDriver, path } = withHelm('', 'exit 1')
  await expect(carryOut(planStep(hubPassword, testDesired(), 'd1').map(onDriver), host)).rejects.toThrow()
  expect(existsSync(path)).toBe(false)
})

const text = (password: string) => `hub:\n  config:\n    DummyAuthenticator:\n      password: '${password}'\n`
it.each([
  { what: 'takes the password that another driver has deployed', has: 'old', release: 'new', becomes: 'new' },
  { what: 'keeps its password when the release has none', has: 'old', release: '', becomes: 'old' },
  {
    what: 'keeps a password that was edited since planning',
    has: 'edited',
    release: 'new',
    becomes: 'edited',
  },
])('$what, and the next plan changes nothing', async ({ has, release, becomes }) => {
  const { host, onDriver, path } = withHelm(release)
  const sha256 = createHash('sha256').update(text('old')).digest('hex')
  const before = join(host.state, 'jupyterhub/password.applied')
  writeFileSync(path, text(has))
  writeFileSync(before, appliedText(mark(sha256)))
  const d1 = [holds(sha256), applied(sha256), madeFrom(NEW)]
  await carryOut(planStep(hubPassword, testDesired(), 'd1', { d1 }).map(onDriver), host)
  const now = readFileSync(path, 'utf8')
  expect(passwordIn(now)?.reveal()).toBe(becomes)
  const after = createHash('sha256').update(now).digest('hex')
  const kept = existsSync(before) ? [applied(sha256)] : []
  expect(planStep(hubPassword, testDesired(), 'd1', { d1: [holds(after), ...kept, madeFrom(NEW)] })).toEqual(
    [],
  )
})
