import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bootstrap } from '../../src/transport/bootstrap.ts'

/** The user that has to use sudo: the one that runs the tests, unless that is root. */
const NOBODY = 65534
const asRoot = process.getuid?.() === 0

let folder: string

/** A PATH with only `sh` and, if wanted, a `sudo` that prints how it was called. */
function fakePath(name: string, withSudo: boolean): string {
  const path = join(folder, name)
  mkdirSync(path)
  const programs = {
    ...(withSudo && { sudo: `printf '%s\\n' "LC_ALL=$LC_ALL" "$@"; exec "$FAKE_PATH/become" "$@"` }),
    become: 'while [ "$1" != -- ]; do shift; done; shift; PATH=/usr/bin:/bin exec "$@"',
  }
  for (const [program, text] of Object.entries(programs)) {
    writeFileSync(join(path, program), `#!/bin/sh\n${text}\n`)
    chmodSync(join(path, program), 0o755)
  }
  symlinkSync('/bin/sh', join(path, 'sh'))
  return path
}

let withSudo: string
let withoutSudo: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvh-boot-'))
  chmodSync(folder, 0o755)
  withSudo = fakePath('with', true)
  withoutSudo = fakePath('without', false)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** An order with a script, as the session's program reads it. */
const order = (words: string, script: string) => `${words} ${Buffer.byteLength(script) + 1}\n${script}x`

/** Runs the command as sshd would for a user with this login shell, with the program and one order on stdin. */
function login(
  shell: string,
  boot: ReturnType<typeof bootstrap>,
  path: string,
  uid = NOBODY,
  input = `${boot.program}${order('feed 7', "cat >/dev/null # it's\n\n")}3\nda\n0\n`,
) {
  const { stdout, stderr, status } = spawnSync(shell, ['-c', boot.command], {
    input,
    encoding: 'utf8',
    env: { PATH: path, FAKE_PATH: path, HOME: folder, LC_ALL: 'C.UTF-8', LANGUAGE: 'de' },
    timeout: 5000,
    ...(asRoot && { uid }),
  })
  const session = stdout
    .slice(Math.max(0, stdout.indexOf(`${boot.greeting} go\n`)))
    .trimEnd()
    .split('\n')
  return { stdout, stderr, status, session }
}

const begun = ({ greeting, mark }: ReturnType<typeof bootstrap>) => [
  `${greeting} go`,
  `${mark} ready`,
  '',
  `${mark} end 7 0`,
]

const shells = ['/bin/sh', '/bin/bash', '/bin/dash', '/usr/bin/fish', '/bin/tcsh']

it.each(shells)('%s: starts the session without sudo for the user itself', (shell) => {
  const boot = bootstrap({ becomeUser: userInfo().username, askPassword: false })
  const { session, stderr } = login(shell, boot, '/usr/bin:/bin', 0)
  expect({ session, stderr }).toEqual({ session: begun(boot), stderr: '' })
})

it.each(
  shells.flatMap(
    (shell) =>
      [
        [shell, false],
        [shell, true],
      ] as const,
  ),
)('%s: passes the session to sudo as one argument, password: %s', (shell, askPassword) => {
  const boot = bootstrap({ becomeUser: 'root', askPassword })
  const { stdout, session } = login(shell, boot, withSudo)
  const asking = askPassword ? ['-S', '-p', boot.prompt] : ['-n']
  expect(stdout.split('\n').slice(2, asking.length + 7)).toEqual([...asking, '-u', 'root', '--', 'sh', '-c'])
  // the fake sudo does not switch to root, and the program notices
  const uid = asRoot ? NOBODY : process.getuid?.()
  expect(session).toEqual([`${boot.greeting} go`, `${boot.mark} other ${uid}`])
})

it('runs nothing of a first script that was cut off, wherever it was cut', async () => {
  const boot = bootstrap({ becomeUser: userInfo().username, askPassword: false })
  const canary = join(folder, 'canary')
  const all = `${boot.program}${order('run 1', `: >${canary}\n${'# filler\n'.repeat(100)}`)}`
  const cut = (length: number) => login('/bin/sh', boot, '/usr/bin:/bin', 0, all.slice(0, length))
  for (let length = 1; length < all.length; length += length < 300 ? 13 : 97) cut(length)
  cut(all.length - 1)
  expect(existsSync(canary), 'the part that came was carried out').toBe(false)
  // keep stdin open, because its end would also end the job
  const whole = spawn('/bin/sh', ['-c', boot.command])
  let said = ''
  whole.stdout.on('data', (chunk) => {
    said += chunk
  })
  whole.stdin.write(all)
  await expect.poll(() => said, { timeout: 10_000 }).toContain('end 1 0')
  whole.stdin.end()
  expect(existsSync(canary)).toBe(true)
})

it('makes sudo speak English whatever the user prefers, because its messages are parsed', () => {
  const boot = bootstrap({ becomeUser: 'root', askPassword: false })
  expect(login('/bin/sh', boot, withSudo).stdout.split('\n')[1]).toBe('LC_ALL=C')
})

it('reports a host without sudo', () => {
  const boot = bootstrap({ becomeUser: 'root', askPassword: false })
  const { stdout, status } = login('/bin/sh', boot, withoutSudo)
  expect({ stdout, status }).toEqual({ stdout: `${boot.greeting} nosudo\n`, status: 1 })
})

it('uses a random mark and prompt, and sends the program and the mark only on stdin', () => {
  const boots = Array.from({ length: 50 }, () => bootstrap({ becomeUser: 'root', askPassword: true }))
  expect(new Set(boots.flatMap(({ mark, greeting, prompt }) => [mark, greeting, prompt])).size).toBe(150)
  for (const { command, program, greeting, mark, prompt } of boots) {
    expect(mark).toMatch(/^@@[0-9a-f]{32}$/)
    expect(prompt).not.toContain('%')
    const size = Buffer.byteLength(program.slice(program.indexOf('\n') + 1))
    expect(program.startsWith(`${greeting} ${size}\n`)).toBe(true)
    expect(program.slice(greeting.length)).not.toContain(greeting)
    expect(program).toContain(mark)
    // every user of the host can read the command
    expect(command).not.toContain(mark)
    expect(command.length).toBeLessThan(1000)
  }
})
