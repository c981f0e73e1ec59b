// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are ssh's own variables
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { ConvecthubError } from '../../src/errors.ts'
import { loadSshConfig } from '../../src/ssh-config/load-ssh-config.ts'
import { localSide } from '../../src/ssh-config/local-side.ts'
import { sshConfigOptions } from '../../src/ssh-config/ssh-config.ts'
import { allKnownHostsFiles, type SshOptions } from '../../src/ssh-config/ssh-options.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'convecthub-ssh-oracle-'))
afterAll(() => rmSync(folder, { recursive: true }))

const env = { ...process.env, RIG: 'rig7', SOCK: '/run/agent' }
const local = { ...localSide(), env }

/** The options that have to be equal in ssh and convecthub; `refused` if the configuration is refused. */
type Answer = Readonly<Record<string, string>> | 'refused'

async function theirs(config: string, host: string): Promise<Answer> {
  try {
    const { stdout } = await run('ssh', ['-G', '-F', config, host], { env })
    const found = new Map<string, string[]>()
    for (const line of stdout.split('\n')) {
      const [, name = '', value = ''] = /^(\S+) (.*)$/.exec(line) ?? []
      found.set(name, [...(found.get(name) ?? []), value])
    }
    const one = (name: string) => found.get(name)?.join('|') ?? ''
    return {
      user: one('user'),
      hostname: one('hostname'),
      port: one('port'),
      identityfile: one('identityfile')
        .split('|')
        .filter((path) => path !== 'none')
        .map((path) => expand(path, { h: one('hostname'), n: host, p: one('port'), r: one('user') }))
        .join('|'),
      identitiesonly: one('identitiesonly'),
      identityagent: one('identityagent').replace(/^\$SOCK$/, env.SOCK),
      proxyjump: one('proxyjump').replaceAll(/ssh:\/\/|[[\]]/g, ''),
      proxycommand: one('proxycommand'),
      userknownhostsfile: one('userknownhostsfile').replace(/^none$/, ''),
      hostkeyalias: one('hostkeyalias'),
      // convecthub never prompts, so `ask` is the same as `yes`.
      stricthostkeychecking: one('stricthostkeychecking').replace('ask', 'true'),
      serveraliveinterval: one('serveraliveinterval'),
      serveralivecountmax: one('serveralivecountmax'),
      connecttimeout: one('connecttimeout'),
    }
  } catch {
    return 'refused'
  }
}

/** Expands the path of a key file, because `ssh -G` prints it as written. */
function expand(path: string, tokens: Readonly<Record<string, string>>): string {
  const all: Readonly<Record<string, string>> = { ...tokens, '%': '%', d: local.home, u: local.user }
  return path
    .replace(/^~/, local.home)
    .replaceAll('${RIG}', env.RIG)
    .replaceAll(/%(.)/g, (_, token: string) => all[token] ?? '')
}

writeFileSync(join(folder, 'empty'), '')
const nothing = await theirs(join(folder, 'empty'), 'web1')
/** The default keys differ between versions of ssh. */
const defaultKeys = nothing === 'refused' ? '' : (nothing.identityfile ?? '')

const CHECKING = { yes: 'true', no: 'false', 'accept-new': 'accept-new' }

function ours(config: string, host: string): Answer {
  try {
    const found = sshConfigOptions(loadSshConfig(local, { configFile: config }), { host, local })
    const { keyFiles, knownHostsFiles } = found
    return {
      user: found.user ?? local.user,
      hostname: found.hostName ?? host.toLowerCase(),
      port: String(found.port ?? 22),
      identityfile: keyFiles?.join('|') ?? defaultKeys,
      identitiesonly: found.identitiesOnly ? 'yes' : 'no',
      identityagent: found.identityAgent ?? '',
      proxyjump: (found.proxyJump ?? []).join(',').replaceAll(/ssh:\/\/|[[\]]/g, ''),
      proxycommand: (found.proxyCommand ?? 'none').replace(/^none$/, ''),
      userknownhostsfile: (knownHostsFiles ?? defaultKnownHosts(found)).join(' '),
      hostkeyalias: found.hostKeyAlias ?? '',
      stricthostkeychecking: CHECKING[found.hostKeyChecking ?? 'yes'],
      serveraliveinterval: String((found.serverAliveIntervalMs ?? 0) / 1000),
      serveralivecountmax: String(found.serverAliveCountMax ?? 3),
      connecttimeout: found.connectTimeoutMs === undefined ? 'none' : String(found.connectTimeoutMs / 1000),
    }
  } catch (error) {
    if (error instanceof ConvecthubError) return 'refused'
    throw error
  }
}

function defaultKnownHosts(found: SshOptions): string[] {
  return allKnownHostsFiles({ ...found, globalKnownHostsFiles: [] }).map((path) =>
    path.replace('~', local.home),
  )
}

/** The fields that differ, each with the values of ssh and convecthub. */
function where(their: Answer, our: Answer) {
  if (their === 'refused' || our === 'refused') return { their, our }
  const fields = Object.keys(their).filter((field) => their[field] !== our[field])
  return Object.fromEntries(fields.map((field) => [field, [their[field], our[field]]]))
}

/** Compares ssh and convecthub for every case, four at a time. Returns the differences with their configurations. */
async function differences(cases: readonly (readonly [text: string, host: string])[], name: string) {
  const different: unknown[] = []
  let refused = 0
  const queue = [...cases.entries()]
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, [text, host]] = next
      const config = join(folder, `${name}-${index}`)
      writeFileSync(config, text, { mode: 0o600 })
      const [their, our] = [await theirs(config, host), ours(config, host)]
      if (their === 'refused') refused++
      if (JSON.stringify(their) !== JSON.stringify(our)) different.push({ text, host, ...where(their, our) })
    }
  }
  await Promise.all([worker(), worker(), worker(), worker()])
  return { different, refused }
}

writeFileSync(join(folder, 'one.conf'), 'Host db\nPort 71\nMatch host web1\nUser one\n', { mode: 0o600 })
writeFileSync(join(folder, 'two.conf'), 'ServerAliveInterval 9\nHost web1\nPort 72\n', { mode: 0o600 })

const TABLE: readonly (readonly [string, string])[] = [
  ['', 'web1'],
  ['', 'WEB1'],
  ['', '2001:db8::1'],
  ['Host web*\nPort 7\nHost *\nPort 8\nUser bob', 'web1'],
  ['Host web* !web1\nPort 7', 'web1'],
  ['Host !web1\nPort 7', 'db'],
  ['Host web1\nPort 7', 'WEB1'],
  ['Host "web1" db\nUser "ann smith"', 'db'],
  ['user=ann\nport = 7\n  HOSTNAME\t%h.lan  \r', 'web1'],
  ['Port 7 # seven\nUser a#b\n#User c', 'web1'],
  ['User ann\\ smith', 'web1'],
  ["User 'ann smith'", 'web1'],
  ['User "bob', 'web1'],
  ['User', 'web1'],
  ['User ""', 'web1'],
  ['Port 7 8', 'web1'],
  ['Port 0', 'web1'],
  ['Port 65536', 'web1'],
  ['Host db\nPort', 'web1'],
  ['NewKeyword x', 'web1'],
  ['IgnoreUnknown New*,foo\nNewKeyword x y\nFOO "z"', 'web1'],
  ['NewKeyword x\nIgnoreUnknown New*', 'web1'],
  ['HostName 10.0.0.%h', '7'],
  ['HostName x%%y', 'web1'],
  ['HostName %p', 'web1'],
  ['HostName 2001:DB8:0:0::1', 'web1'],
  ['IdentityFile ~/a\nIdentityFile "/b c"\nIdentityFile ~/a\nIdentitiesOnly YES', 'web1'],
  ['IdentityFile none', 'web1'],
  ['IdentityFile none\nIdentityFile /a', 'web1'],
  ['IdentityFile ~/%h_%n_%p_%r_%u_%%_${RIG}\nPort 7\nUser bob\nHostName w.lan', 'web1'],
  ['IdentityAgent none', 'web1'],
  ['IdentityAgent SSH_AUTH_SOCK', 'web1'],
  ['IdentityAgent $SOCK', 'web1'],
  ['IdentityAgent ${SOCK}.%u.%i.%L.%l', 'web1'],
  ['IdentityAgent ~/%C', 'web1'],
  ['IdentityAgent %x', 'web1'],
  ['IdentityAgent ${NOTHING_OF_THE_KIND}', 'web1'],
  ['UserKnownHostsFile none', 'web1'],
  ['UserKnownHostsFile ~/.ssh/kh.d/%k /x "/y z"\nHostKeyAlias Web', 'web1'],
  ['UserKnownHostsFile ~/.ssh/kh.d/%k', 'Web1'],
  ['UserKnownHostsFile none /a', 'web1'],
  ['ProxyJump a\nProxyCommand nc %h %p', 'web1'],
  ['ProxyCommand nc %h %p\nProxyJump a', 'web1'],
  ['ProxyCommand none\nProxyJump a', 'web1'],
  ['ProxyJump none\nProxyJump a', 'web1'],
  ['ProxyJump none\nProxyCommand nc', 'web1'],
  ['ProxyCommand = ssh -W "[%h]:%p" gate # all', 'web1'],
  ['ProxyCommand "nc', 'web1'],
  ['ProxyJump ann@a,bob@b:23,ssh://eve@c:24', 'web1'],
  ['ProxyJump 10.0.0.1:23', 'web1'],
  ['ProxyJump [2001:db8::1]:23', 'web1'],
  ['ProxyJump a:99999', 'web1'],
  ['ProxyJump a,,b', 'web1'],
  ['ProxyJump @a', 'web1'],
  ['ProxyJump ssh://a/path', 'web1'],
  ['StrictHostKeyChecking Accept-New', 'web1'],
  ['StrictHostKeyChecking off', 'web1'],
  ['StrictHostKeyChecking maybe', 'web1'],
  ['ConnectTimeout 1h30m\nServerAliveInterval 2m5\nServerAliveCountMax 7', 'web1'],
  ['ConnectTimeout none\nConnectTimeout 3', 'web1'],
  ['ConnectTimeout soon', 'web1'],
  ['Match all\nPort 7', 'web1'],
  ['Match !all\nPort 7', 'web1'],
  ['Match host WEB*\nPort 7', 'Web1'],
  ['Match user ann\nPort 7\nMatch all\nUser ann\nMatch user ann\nServerAliveInterval 7', 'web1'],
  ['Match localuser r*,!root\nPort 7\nMatch localuser *\nUser bob', 'web1'],
  ['HostName w.lan\nMatch host w.lan originalhost web1\nPort 7', 'web1'],
  ['Match !host db !user bob host w*\nPort 7', 'web1'],
  ['Match host=web1 user=root,ann\nPort 7', 'web1'],
  ['Match', 'web1'],
  ['Match host', 'web1'],
  ['Match host a user b all', 'web1'],
  ['Match all host a', 'web1'],
  ['Match canonical\nPort 7', 'web1'],
  ['Match final\nPort 7\nMatch all\nPort 8\nUser bob', 'web1'],
  ['Match canonical\nPort 7\nMatch final all\nUser bob', 'web1'],
  ['Host web1\nHostName DB\nHost db\nPort 7\nMatch final host db\nHostName x\nUser bob', 'web1'],
  ['Match final\nHostName x', 'web1'],
  ['Match final user bob\nPort 7\nMatch all\nUser bob\nIdentityFile /a', 'web1'],
  [`Include ${folder}/one.conf\nPort 73`, 'web1'],
  [`Include ${folder}/*.conf\nPort 73`, 'db'],
  [`Host db\nInclude ${folder}/*.conf\nHost *\nUser bob`, 'web1'],
  [`Host web1\nInclude "${folder}/*.conf" ${folder}/nothing\nUser bob`, 'web1'],
  ['Include', 'web1'],
  ['CanonicalizeHostname no\nAddressFamily any\nControlPath ~/%C\nGSSAPIAuthentication yes', 'web1'],
]

const host = fc.constantFrom('web1', 'web2', 'db', 'Web1', 'w.lan')
const name = fc.constantFrom('web1', 'web2', 'db', 'w.lan', '%h.lan', 'DB')
const pattern = fc.constantFrom('*', 'web*', 'web?', 'web1', 'db', '!web1', '!d*', 'w*n', 'WEB*', '*.lan')
const person = fc.constantFrom('ann', 'bob', 'root', 'r*', '!bob', '*')
const comma = (words: fc.Arbitrary<string>) =>
  fc.array(words, { minLength: 1, maxLength: 3 }).map((list) => list.join(','))
const criterion = fc.oneof(
  comma(pattern).map((list) => `host ${list}`),
  comma(pattern).map((list) => `originalhost ${list}`),
  comma(person).map((list) => `user ${list}`),
  comma(person).map((list) => `localuser ${list}`),
  fc.constantFrom('final', 'canonical'),
)
const negatable = fc
  .tuple(fc.boolean(), criterion)
  // `!final` alone causes a second evaluation only in OpenSSH before 9.9.
  .map(([not, text]) => (not && text !== 'final' ? `!${text}` : text))
const head = fc.oneof(
  fc.array(pattern, { minLength: 1, maxLength: 3 }).map((list) => `Host ${list.join(' ')}`),
  fc.array(negatable, { minLength: 1, maxLength: 3 }).map((list) => `Match ${list.join(' ')}`),
  fc.constantFrom('Match all', 'Match final all', 'Host *'),
)
const option = fc.oneof(
  name.map((text) => `HostName ${text}`),
  fc.constantFrom('ann', 'bob', '"ann smith"').map((text) => `User ${text}`),
  fc.integer({ min: 1, max: 65_535 }).map((port) => `Port=${port}`),
  fc.constantFrom('~/a', '/b', '"/c d"', '~/%h_%r', 'none', '${RIG}').map((path) => `IdentityFile ${path}`),
  fc.constantFrom('yes', 'no', 'TRUE').map((flag) => `identitiesonly ${flag}`),
  fc.constantFrom('none', '$SOCK', '~/%n', 'SSH_AUTH_SOCK').map((agent) => `IdentityAgent = ${agent}`),
  fc.constantFrom('none', 'gate', 'ann@gate:23,b', '10.0.0.1').map((jump) => `ProxyJump ${jump}`),
  fc.constantFrom('none', 'nc %h %p', 'sh -c "nc" # x').map((command) => `ProxyCommand ${command}`),
  fc.constantFrom('/a ~/b', 'none', '~/%k', '"/a b"').map((list) => `UserKnownHostsFile ${list}`),
  fc.constantFrom('Alias', 'b').map((text) => `HostKeyAlias ${text}`),
  fc.constantFrom('yes', 'no', 'ask', 'accept-new').map((text) => `StrictHostKeyChecking ${text}`),
  fc.constantFrom('5', '1m', '2h5', '0').map((text) => `ServerAliveInterval ${text}`),
  fc.nat({ max: 9 }).map((count) => `ServerAliveCountMax ${count}`),
  fc.constantFrom('5', '1m', 'none').map((text) => `ConnectTimeout ${text}`),
  fc.constantFrom('# a comment', '', '  ', 'LogLevel QUIET', 'ForwardAgent yes'),
  fc.constantFrom('one', 'two', '*').map((file) => `Include ${folder}/${file}.conf`),
)
const lines = (options: fc.Arbitrary<string>) => fc.array(options, { maxLength: 4 })
const config = fc
  .tuple(lines(option), fc.array(fc.tuple(head, lines(option)), { maxLength: 5 }))
  .map(([first, blocks]) => [...first, ...blocks.flatMap(([top, rest]) => [top, ...rest])].join('\n'))

test('agrees with ssh -G on the cases of the table', async () => {
  const { different } = await differences(TABLE, 'table')
  expect(different).toEqual([])
})

const seed = Number(process.env.SSH_SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = Number(process.env.SSH_RUNS ?? 300)

test(`agrees with ssh -G on random configurations, SSH_SEED=${seed}`, async () => {
  const { different, refused } = await differences(
    fc.sample(fc.tuple(config, host), { seed, numRuns: runs }),
    'random',
  )
  expect(different, `SSH_SEED=${seed}`).toEqual([])
  expect(refused).toBeLessThan(runs / 10)
})
