import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readLogins } from '../../../src/artifacts/images/registry-logins.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'logins-'))
  mkdirSync(join(home, '.docker'))
})
afterEach(() => rmSync(home, { recursive: true }))

const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') })

function write(name: string, content: unknown): string {
  const path = join(home, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

it.each([
  {
    path: 'docker.io/library/traefik',
    key: 'https://index.docker.io/v1/',
    entry: auth('ann:pa:ss'),
    found: 'ann pa:ss',
  },
  { path: 'quay.io/a/b', key: 'quay.io', entry: auth('robot$x:pw'), found: 'robot$x pw' },
  { path: 'quay.io/a/b', key: 'https://quay.io/v2/', entry: auth('ann:pw'), found: 'ann pw' },
  { path: 'quay.io/a/b', key: 'quay.io/a', entry: auth('ann:pw'), found: 'ann pw' },
  { path: 'quay.io/ab/b', key: 'quay.io/a', entry: auth('ann:pw'), found: undefined },
  {
    path: 'store.lan:5000/b',
    key: 'store.lan:5000',
    entry: { username: 'ann', password: 'pw' },
    found: 'ann pw',
  },
  { path: 'store.lan/b', key: 'store.lan:5000', entry: auth('ann:pw'), found: undefined },
  { path: 'quay.io/a/b', key: 'quay.io', entry: {}, found: undefined },
  { path: 'quay.io/a/b', key: 'quay.io', entry: { identitytoken: 'x' }, found: undefined },
])('for $path and a login to $key finds $found', ({ path, key, entry, found }) => {
  write('.docker/config.json', { auths: { [key]: entry }, credsStore: 'desktop' })
  const login = readLogins({}, home)(path)
  expect(login && `${login.user} ${login.password.reveal()}`).toBe(found)
  expect(inspect(login)).not.toContain('pw')
})

it('the most exact login counts', () => {
  write('.docker/config.json', { auths: { 'quay.io': auth('one:x'), 'quay.io/a/b': auth('two:x') } })
  const logins = readLogins({}, home)
  expect([logins('quay.io/a/b')?.user, logins('quay.io/a/c')?.user]).toEqual(['two', 'one'])
})

it('without a file nobody is logged in', () => {
  expect(readLogins({}, home)('quay.io/a')).toBeUndefined()
})

it('REGISTRY_AUTH_FILE and DOCKER_CONFIG name other places', () => {
  write('.docker/config.json', { auths: { 'quay.io': auth('home:x') } })
  const file = write('auth.json', { auths: { 'quay.io': auth('file:x') } })
  write('config.json', { auths: { 'quay.io': auth('folder:x') } })
  expect(readLogins({ DOCKER_CONFIG: home, REGISTRY_AUTH_FILE: file }, home)('quay.io/a')?.user).toBe('file')
  expect(readLogins({ DOCKER_CONFIG: home }, home)('quay.io/a')?.user).toBe('folder')
})

it.each([
  {
    what: 'is missing',
    env: { REGISTRY_AUTH_FILE: '/none/auth.json' },
    message: '/none/auth.json cannot be read: no such file',
  },
  {
    what: 'is no JSON',
    env: {},
    text: '{"auths": {"quay.io": {"auth": "cHc6',
    message: 'config.json is not a file of docker login',
  },
  {
    what: 'has another form',
    env: {},
    text: '{"auths": []}',
    message: 'config.json is not a file of docker login',
  },
])('a file that $what is an error without its text', ({ env, text = '{}', message }) => {
  write('.docker/config.json', text)
  expect(() => readLogins(env, home)).toThrow(
    expect.objectContaining({ code: 'REGISTRY_LOGIN', message: expect.stringContaining(message) }),
  )
  expect(() => readLogins(env, home)).not.toThrow(
    expect.objectContaining({ message: expect.stringContaining('cHc6') }),
  )
})
