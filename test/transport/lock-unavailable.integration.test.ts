import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { SESSION_PLACES } from '../../src/layout.ts'
import { sh } from '../../src/sh.ts'
import { bootstrap } from '../../src/transport/bootstrap.ts'
import { connect } from '../../src/transport/connect.ts'
import type { Connection } from '../../src/transport/connection.ts'
import { sharedIn } from './helpers/own-places.ts'
import { testTarget } from './helpers/test-target.ts'
import { failure } from './helpers/wait.ts'

const options = { name: 'test', timeoutMs: 10_000, lock: 'anna' }
let folder: string
let bin: string
const open: Connection[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvh-lock-'))
  bin = join(folder, 'bin')
  mkdirSync(bin)
})
afterEach(() => {
  for (const host of open.splice(0)) host.close()
  rmSync(folder, { recursive: true })
})

function program(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`)
  chmodSync(join(bin, name), 0o755)
}

async function take(): Promise<string> {
  const host = await connect(testTarget({ connection: 'local' }), ownPlaces())
  open.push(host)
  return (await host.run(sh`echo mine`, options)).output
}

/** A lock in the test's own folder, and the test's programs first in PATH. */
const ownPlaces = () => sharedIn(folder, `${bin}:${SESSION_PLACES.programs}`)

const lockFile = () => join(folder, 'run.lock')

it.each([
  {
    what: 'a descriptor that flock does not get',
    flock: 'echo "flock: 3: Bad file descriptor" >&2; exit 65',
    words: /Bad file/,
  },
  {
    what: 'a file system without locks',
    flock: 'echo "flock: 3: No locks available" >&2; exit 71',
    words: /No locks/,
  },
  { what: 'a missing flock', flock: 'exit 127', words: /^$/ },
])('reports $what as NO_LOCK rather than as LOCKED', async ({ flock, words }) => {
  program('flock', flock)
  const error = await failure(take())
  expect(error).toMatchObject({ code: 'NO_LOCK', exit: 'failed' })
  expect(error.message).toMatch(/^the shell of this host cannot hold a lock/)
  expect(error.details.evidence).toMatch(words)
  expect(error.details.hint).toContain('flock')
})

// when stdout fails (closed terminal, full disk), the script that prints a message still goes on
it('runs nothing without the lock, and leaves its holder alone, even if the refusal cannot be printed', async () => {
  const ran = join(folder, 'ran')
  const unheard = () => {
    const { places } = ownPlaces()
    const { command, program } = bootstrap({ becomeUser: 'root', askPassword: false, places })
    const script = `touch ${ran}`
    const input = `${program}run 1 ${script.length + 1} anna\n${script}x`
    return spawnSync('sh', ['-c', `${command} >/dev/full`], { input, timeout: 10_000 })
  }
  const holder = spawn('flock', [lockFile(), 'sh', '-c', 'echo held; exec sleep 60'], { detached: true })
  try {
    await once(holder.stdout, 'data')
    writeFileSync(lockFile(), `${holder.pid} berta\n`)
    unheard()
    expect(spawnSync('flock', ['-n', lockFile(), 'true']).status, 'the lock is held').toBe(1)
    expect(readFileSync(lockFile(), 'utf8')).toContain('berta')
  } finally {
    process.kill(-(holder.pid as number), 'SIGKILL')
  }
  expect(existsSync(ran)).toBe(false)
  program('flock', 'exit 127')
  unheard()
  expect(existsSync(ran)).toBe(false)
})

it('reports a lock file that cannot be created, and the session goes on', async () => {
  mkdirSync(lockFile())
  const error = await failure(take())
  expect(error).toMatchObject({ code: 'NO_LOCK' })
  expect(error.details.evidence).toContain('run.lock')
  expect((await open[0]?.run(sh`echo still here`, { name: 'test', timeoutMs: 10_000 }))?.output).toBe(
    'still here',
  )
})

// ksh closes descriptors above 2 that exec opened before it runs a program
it('takes and holds the lock in a shell that closes its descriptors to programs', async () => {
  const real = spawnSync('sh', ['-c', 'command -v flock'], { encoding: 'utf8' }).stdout.trim()
  program('flock', `exec 9>&-; exec ${real} "$@"`)
  expect(await take()).toBe('mine')
  expect(existsSync(lockFile())).toBe(true)
  expect(readFileSync(lockFile(), 'utf8')).toContain(' anna\n')
  rmSync(join(bin, 'flock'))
  expect(spawnSync('flock', ['-n', lockFile(), 'true']).status, 'the lock is free').toBe(1)
})
