import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyboardAuthContext } from 'ssh2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sshServer } from '../transport/helpers/misbehaving-server.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { type TestUser, testUser } from '../transport/helpers/test-user.ts'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'
import { onTerminal } from './helpers/on-terminal.ts'

let cli: BuiltCli
let sshds: RealSshd[] = []
let user: TestUser

beforeAll(async () => {
  cli = builtCli()
  user = testUser('(ALL) NOPASSWD: ALL')
  const settings = [
    'UsePAM yes',
    'KbdInteractiveAuthentication yes',
    'AuthenticationMethods publickey,keyboard-interactive',
  ]
  sshds = [await realSshd(settings), await realSshd(settings)]
  const known = cli.write('known_hosts', '')
  const [driver, worker] = sshds.map((sshd) => {
    appendFileSync(known, `[127.0.0.1]:${sshd.port} ${sshd.hostKey.line}\n`)
    return `ansible_host=127.0.0.1 ansible_port=${sshd.port} ansible_ssh_private_key_file=${sshd.target().keyFiles[0]}`
  })
  cli.write(
    'inv.toml',
    [
      ...['[driver]', `d1 ${driver}`, '[worker]', `w1 ${worker}`],
      ...['[all:vars]', 'convect_token=a-long-secret', `ansible_user=${user.name}`],
      `ansible_ssh_common_args=-F none -o UserKnownHostsFile=${known}`,
    ].join('\n'),
  )
})
afterAll(() => {
  for (const sshd of sshds) sshd.stop()
  user?.remove()
  cli?.remove()
})

/** Runs `ping` on a terminal and gives `answer` to each question of a host. */
const ping = (answer: string) =>
  onTerminal(cli, ['ping'], { typed: [{ question: QUESTION, answer: () => `${answer}\r` }] })

const QUESTION = /\w1 asks: Password: /g
const questions = (shown: string) => shown.match(QUESTION)?.length ?? 0

it('asks for the second factor once per host on a terminal, without echo', async () => {
  const { code, shown } = await ping(user.password)
  expect(shown).toMatch(/d1 asks: Password: /)
  expect(shown).toMatch(/w1 asks: Password: /)
  expect(questions(shown)).toBe(2)
  expect(shown).toMatch(/d1\S* +\S*OK/)
  expect(shown).not.toContain(user.password)
  expect(code).toBe(0)
})

it('does not repeat the question after a wrong answer', async () => {
  const { code, shown } = await ping('wrong')
  expect(questions(shown)).toBe(2)
  expect(shown).toContain('the second factor (keyboard-interactive) was refused')
  expect(shown).toContain('the answer was not taken; run it again')
  expect(shown).not.toContain('run it on a terminal')
  expect(code).toBe(5)
})

it.each<{ what: string; end: (shown: string) => string }>([
  { what: 'Ctrl-C', end: () => '\x03' },
  {
    what: 'SIGTERM',
    end(shown) {
      process.kill(Number(/^pid (\d+)/.exec(shown)?.[1]), 'SIGTERM')
      return ''
    },
  },
])('$what at a question of a host stops the run before another host asks', async ({ end }) => {
  const typed = [{ question: QUESTION, answer: end }]
  const { code, shown } = await onTerminal(cli, ['ping'], { before: 'echo pid $$', typed })
  expect(shown).toContain('Stopping… press Ctrl-C again to stop immediately.')
  expect(questions(shown)).toBe(1)
  expect(code).toBe(130)
})

it('Ctrl-D skips one host, and the next one asks', async () => {
  const { code, shown } = await onTerminal(cli, ['ping'], {
    typed: [{ question: QUESTION, answer: () => '\x04' }],
  })
  expect(questions(shown)).toBe(2)
  expect(shown.match(/it asks: Password:/g)).toHaveLength(2)
  expect(shown).toContain('a second factor (keyboard-interactive) is needed too')
  expect(code).toBe(5)
})

it('Ctrl-C at a question of a jump host ends ping --enroll', async () => {
  const [gate] = sshds as [RealSshd]
  const config = cli.write(
    'gate_config',
    `Host *\nUser ${user.name}\nUserKnownHostsFile ${join(cli.folder, 'known_hosts')}\nIdentityFile ${gate.target().keyFiles[0]}\n`,
  )
  const host = (name: string, port: number) =>
    `${name} ansible_host=127.0.0.1 ansible_port=${port} ansible_ssh_common_args='-F ${config} -J 127.0.0.1:${gate.port}'`
  cli.write('two.ini', `[driver]\n${host('d1', 1)}\n[worker]\n${host('w1', 2)}\n`)
  const { code, shown } = await onTerminal(cli, ['ping', '--enroll', '-i', 'two.ini'], {
    typed: [{ question: /asks: Password: /g, answer: () => '\x03' }],
  })
  expect(shown.match(/asks: Password: /g)).toHaveLength(1)
  expect(shown).toMatch(/Stopped; nothing was changed\.\r\n$/)
  expect(code).toBe(130)
})

it('ping --enroll works through a jump host that asks a question', async () => {
  const [gate, inner] = sshds as [RealSshd, RealSshd]
  const host = (name: string, sshd: RealSshd) =>
    `Host ${name}\nHostName 127.0.0.1\nPort ${sshd.port}\nIdentityFile ${sshd.target().keyFiles[0]}\n`
  const known = cli.write('enrolled', '')
  const config = cli.write(
    'ssh_config',
    `${host('gate', gate)}${host('inner', inner)}ProxyJump gate\nHost *\nUser ${user.name}\nUserKnownHostsFile ${known}\n`,
  )
  cli.write('inner.ini', `[driver]\nd1 ansible_host=inner ansible_ssh_common_args='-F ${config}'\n`)
  const { code, shown } = await onTerminal(cli, ['ping', '--enroll', '-i', 'inner.ini'], {
    typed: [
      { question: /\? yes \/ no: /g, answer: () => 'yes\r' },
      { question: /asks: Password: /g, answer: () => `${user.password}\r` },
    ],
  })
  expect(readFileSync(known, 'utf8')).toContain(`[127.0.0.1]:${inner.port} ${inner.hostKey.line}\n`)
  expect(shown).toMatch(/jump host 127\.0\.0\.1 asks: Password: /)
  expect(shown).toMatch(/d1\S* +\S*OK/)
  expect(code).toBe(0)
})

it('shows the end of a long question, which says what to answer', async () => {
  const prompt = `${'Enroll soon. '.repeat(40)}\n 1. Push to phone\nPasscode or option (1-1): `
  const server = await sshServer({
    auth: (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
      ;(context as KeyboardAuthContext).prompt([{ prompt, echo: true }], () => context.reject([]))
    },
  })
  const { port } = server.target()
  cli.write(
    'long.ini',
    `[driver]\nd1 ansible_host=127.0.0.1 ansible_port=${port} ansible_ssh_common_args='-F none -o StrictHostKeyChecking=no'\n`,
  )
  const { shown } = await onTerminal(cli, ['ping', '-i', 'long.ini'], {
    typed: [{ question: /\(1-1\): /g, answer: () => '1\r' }],
  })
  server.stop()
  expect(shown).toMatch(/d1 asks: …[\w. ]* 1\. Push to phone Passcode or option \(1-1\): /)
})

it('asks nothing without a terminal and reports that a second factor is needed', async () => {
  const { code, stderr } = await cli.run(['ping'], { input: `${user.password}\n` })
  expect(stderr).toContain('the key was taken; a second factor (keyboard-interactive) is needed too')
  expect(stderr).not.toContain('asks:')
  expect(code).toBe(5)
})
