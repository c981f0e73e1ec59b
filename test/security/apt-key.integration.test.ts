import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { marks, renderChanges } from '../../src/engine/render.ts'
import { aptKey } from '../../src/facts/apt-key.ts'
import { makeProbe } from '../../src/facts/fact.ts'
import { docker } from '../../src/steps/docker.ts'
import { type LocalHost, localHost } from '../helpers/local-host.ts'
import { planStep } from '../helpers/plan-step.ts'
import { testDesired } from '../helpers/test-cluster.ts'

/** Made by `gpg --quick-gen-key` for this test; the secret halves are gone. */
const KEYS = fileURLToPath(new URL('keys/', import.meta.url))
const key = (name: string) => readFileSync(join(KEYS, name))
const ED25519 = '8E237D15E63C2A8928AB689BC6E9513A8E5D54D7'
const RSA = '969DE98C8F5A92DA8373E58B54420F5F7A13AA9E'

let host: LocalHost
beforeEach(() => {
  host = localHost()
})
afterEach(() => host.remove())

/** Fetches the key of a mirror whose curl does this, expecting this fingerprint; where it would be, and what is said. */
async function fetched(curl: string, fingerprint: string) {
  const repo = 'http://mirror.lan/linux/ubuntu'
  const desired = testDesired({ settings: { w1: { docker_repo: repo, docker_key: fingerprint } } })
  const [change] = planStep(docker, desired, 'w1')
  if (change?.kind !== 'run') throw new Error('a key was to be fetched first')
  writeFileSync(join(host.bin, 'curl'), `#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\n${curl}\n`)
  chmodSync(join(host.bin, 'curl'), 0o755)
  const place = join(host.folder, 'docker.gpg')
  const script = renderChanges([[0, change]], 'docker', marks('@@x'))
  const moved = {
    ...script,
    reveal: () => script.reveal().replaceAll('/etc/apt/keyrings/convecthub-docker.gpg', place),
  }
  const { code, output } = await host.connection.run(moved as typeof script, {
    name: 'fetch',
    timeoutMs: 20_000,
  })
  return { code, output, place, there: existsSync(place), left: existsSync(join(host.state, 'keys')) }
}

const gives = (...names: string[]) => `cat ${names.map((name) => join(KEYS, name)).join(' ')} >"$2"`

it.each([
  { what: 'an armoured key of ed25519', name: 'ed25519.asc', fingerprint: ED25519 },
  { what: 'one of RSA', name: 'rsa2048.asc', fingerprint: RSA },
  { what: 'a binary key', name: 'ed25519.gpg', fingerprint: ED25519 },
])('$what is kept when it is the one that was expected, in binary', async ({ name, fingerprint }) => {
  const { code, place, left } = await fetched(gives(name), fingerprint)
  expect({ code, left }).toEqual({ code: 0, left: false })
  if (fingerprint === ED25519) expect(readFileSync(place)).toEqual(key('ed25519.gpg'))
  const questions = makeProbe([aptKey(place)])
  const { output } = await host.connection.run(questions.script, { name: 'probe', timeoutMs: 10_000 })
  expect(questions.read(output).get(aptKey(place))).toEqual([fingerprint])
})

it.each([
  { what: 'another key', curl: gives('rsa2048.asc'), says: `is another one: ${RSA}` },
  {
    what: 'the right one and another one',
    curl: gives('ed25519.gpg', 'ed25519.gpg'),
    says: 'is another one',
  },
  { what: 'something that is no key', curl: 'echo "<html>login</html>" >"$2"', says: 'is another one: ?' },
  { what: 'nothing', curl: ': >"$2"', says: 'no key at all' },
  { what: 'nothing, for nobody is there', curl: 'exit 7', says: '' },
  { what: 'half, then an error', curl: `head -c 200 ${join(KEYS, 'ed25519.asc')} >"$2"; exit 18`, says: '' },
  { what: 'data without end', curl: 'exec cat /dev/zero >"$2"', says: '' },
])('a mirror that gives $what leaves no key, and nothing else', async ({ curl, says }) => {
  const { code, output, there, left } = await fetched(curl, ED25519)
  expect(code).not.toBe(0)
  expect(output).toContain(says)
  expect({ there, left }).toEqual({ there: false, left: false })
})

it('of several armoured blocks only the first one counts, and only it is kept', async () => {
  const { code, place } = await fetched(gives('ed25519.asc', 'rsa2048.asc'), ED25519)
  expect(code).toBe(0)
  expect(readFileSync(place)).toEqual(key('ed25519.gpg'))
})

it('without a file there is no key', async () => {
  const questions = makeProbe([aptKey('/no/such/key')])
  const { output } = await host.connection.run(questions.script, { name: 'probe', timeoutMs: 10_000 })
  expect(questions.read(output).get(aptKey('/no/such/key'))).toEqual([])
})
