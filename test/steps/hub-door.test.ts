import { expect, it } from 'vitest'
import { hubDoor } from '../../src/steps/hub-door.ts'

const config = (text: string) =>
  `hub:\n  config:\n${text
    .split('\n')
    .map((line) => `    ${line}\n`)
    .join('')}`
const by = (name: string, more = '') => config(`JupyterHub:\n  authenticator_class: ${name}\n${more}`)
const byCode = (...lines: string[]) =>
  `hub:\n  extraConfig:\n    10-login: |\n${lines.map((line) => `      ${line}\n`).join('')}`

it.each([
  { what: 'nothing', text: '', own: false },
  { what: 'null', text: 'null\n', own: false },
  { what: 'other things', text: 'singleuser:\n  storage:\n    capacity: 1Gi\n', own: false },
  { what: 'an empty config', text: 'hub:\n  config:\n', own: false },
  { what: 'an empty class', text: by(''), own: false },
  { what: 'only users', text: config('Authenticator:\n  allowed_users: [ada]'), own: false },
  { what: 'only allow_all', text: config('Authenticator:\n  allow_all: true'), own: false },
  {
    what: 'a class in a code comment',
    text: byCode('# c.JupyterHub.authenticator_class = "ldap"'),
    own: false,
  },
  { what: 'LDAP', text: by('ldapauthenticator.LDAPAuthenticator'), own: true },
  {
    what: 'LDAP by a merge key',
    text: `x: &base\n  JupyterHub:\n    authenticator_class: ldap\n${config('<<: *base')}`,
    own: true,
  },
  { what: 'LDAP by code', text: byCode('c.JupyterHub.authenticator_class = "ldap"'), own: true },
  {
    what: 'LDAP by extraConfig as a single text',
    text: 'hub:\n  extraConfig: |\n    c.JupyterHub.authenticator_class = Mine\n',
    own: true,
  },
  { what: 'a password of its own', text: config('DummyAuthenticator:\n  password: abc'), own: true },
])('values with $what choose an authenticator: $own', ({ text, own }) => {
  expect(hubDoor(text)).toMatchObject({ own, open: undefined })
})

it.each([
  { what: 'nothing', text: '', only: true },
  { what: 'users', text: config('Authenticator:\n  allowed_users: [ada]'), only: false },
  { what: 'allow_all: false', text: config('DummyAuthenticator:\n  allow_all: false'), only: false },
  { what: 'users by code', text: byCode("c.Authenticator.allowed_users = {'ada'}"), only: false },
  { what: 'a password', text: config('DummyAuthenticator:\n  password: abc'), only: true },
  { what: 'a password by code', text: byCode('c.DummyAuthenticator.password = secret'), only: true },
  {
    what: 'a password and users',
    text: config('DummyAuthenticator:\n  password: abc\n  allowed_users: [ada]'),
    only: false,
  },
  { what: 'dummy without a password', text: by('dummy'), only: false },
  { what: 'LDAP and a password', text: by('ldap', 'DummyAuthenticator:\n  password: abc'), only: false },
])('with $what, a shared password is enough to log in: $only', ({ text, only }) => {
  expect(hubDoor(text).passwordOnly).toBe(only)
})

const DUMMY = 'dummy without a password'
const NATIVE = 'open_signup lets anybody'
const FIRST = 'firstuse lets anybody'
it.each([
  { text: by('dummy'), open: `4 ${DUMMY}` },
  { text: by('jupyterhub.auth.DummyAuthenticator'), open: `4 ${DUMMY}` },
  { text: by('dummy', 'DummyAuthenticator:\n  password: ""'), open: `4 ${DUMMY}` },
  { text: by('dummy', 'DummyAuthenticator:\n  password:'), open: `4 ${DUMMY}` },
  { text: by('dummy', 'Authenticator:\n  allow_all: true'), open: `4 ${DUMMY}` },
  { text: byCode("c.JupyterHub.authenticator_class = 'dummy'"), open: `3 ${DUMMY}` },
  { text: byCode('c.JupyterHub.authenticator_class = DummyAuthenticator  # for now'), open: `3 ${DUMMY}` },
  { text: byCode("c.JupyterHub.authenticator_class = 'dummy'# for now"), open: `3 ${DUMMY}` },
  {
    text: byCode('c.JupyterHub.authenticator_class = TmpAuthenticator # not "ldap" # yet'),
    open: '3 tmp lets anybody in',
  },
  {
    text: `${by('ldap')}  extraConfig: |\n    c.JupyterHub.authenticator_class = 'dummy'\n`,
    open: `4 ${DUMMY}`,
  },
  { text: by('tmpauthenticator.TmpAuthenticator'), open: '4 tmp lets anybody in' },
  { text: by('native', 'NativeAuthenticator:\n  open_signup: true'), open: `6 ${NATIVE}` },
  { text: by('native', 'NativeAuthenticator:\n  open_signup: on'), open: `6 ${NATIVE}` },
  { text: by('firstuse', 'Authenticator:\n  allow_all: true'), open: `6 ${FIRST}` },
  { text: by('firstuseauthenticator.FirstUseAuthenticator'), open: `4 ${FIRST}` },
])('reports that anybody gets in with $text', ({ text, open }) => {
  const found = hubDoor(text)
  expect(found.own).toBe(true)
  expect(`${found.open?.line} ${found.open?.message}`).toMatch(new RegExp(`^${open}`))
})

it.each([
  by('dummy', 'DummyAuthenticator:\n  password: abc'),
  by('dummy', 'DummyAuthenticator:\n  password: abc\nAuthenticator:\n  allow_all: true'),
  by('native', 'NativeAuthenticator:\n  open_signup: false'),
  by('native', 'Authenticator:\n  allow_all: true'),
  by('firstuse', 'Authenticator:\n  allowed_users: [ada]'),
  by('firstuse', 'FirstUseAuthenticator:\n  create_users: false\nAuthenticator:\n  allow_all: true'),
  by('null'),
  by('"null"'),
  by('constructor'),
  ...['ldap', 'oauthenticator.generic.GenericOAuthenticator', 'github', 'pam', 'lti', 'my.own.Class'].map(
    (name) => by(name, 'Authenticator:\n  allow_all: true'),
  ),
  `${by('dummy')}  extraConfig:\n    a: |\n      import os\n      c.DummyAuthenticator.password = os.environ['PW']\n`,
  byCode('c.JupyterHub.authenticator_class = "dummy"', 'c.DummyAuthenticator.password = f"# {secret}"'),
])('does not report %s as open to anybody', (text) => {
  expect(hubDoor(text).open).toBeUndefined()
})

it.each([
  { text: 'hub: [\n', says: /flow/i },
  { text: '- hub\n', says: 'it is not a mapping' },
  { text: 'hub\n', says: 'it is not a mapping' },
])('throws for $text', ({ text, says }) => {
  expect(() => hubDoor(text)).toThrow(says)
})
