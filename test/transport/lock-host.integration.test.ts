import { existsSync } from 'node:fs'
import { expect } from 'vitest'
import { sh } from '../../src/sh.ts'
import type { Connection } from '../../src/transport/connection.ts'
import { it } from './helpers/fixtures.ts'
import { failure, settled, until } from './helpers/wait.ts'

// These tests use the machine's real lock, so they all have to run one after another in this file.

const options = { name: 'test', timeoutMs: 10_000 }

/** Runs a job that needs the lock. */
const lock = (host: Connection, owner: string) => host.run(sh`echo mine`, { ...options, lock: owner })

/** Takes the lock, waiting until its last holder is gone. */
const lockSoon = (host: Connection, owner: string) =>
  until(`the lock for ${owner}`, () =>
    lock(host, owner).then(
      () => true,
      () => false,
    ),
  )

it('names the holder to a second run, which gets the lock once the first is gone', async ({ fresh }) => {
  const [first, second] = [await fresh(), await fresh()]
  const words = "anna@laptop since 10:00, `provision` of 'lab' (pid 12) ü"
  await lockSoon(first, words)
  const error = await failure(lock(second, 'berta'))
  expect(error).toMatchObject({ code: 'LOCKED', exit: 'failed' })
  expect(error.message).toContain(words)
  expect((await second.run(sh`echo still here`, options)).output).toBe('still here')
  first.close()
  await lockSoon(second, 'berta')
  const third = await failure(lock(await fresh(), 'carla'))
  expect(third.message).toContain('berta')
  expect(third.message).not.toContain('anna')
  second.close()
})

it('lets no other user open the lock file, and leaves the umask of jobs alone', async ({ fresh }) => {
  const host = await fresh()
  await lockSoon(host, 'anna')
  const written = sh`d=$(mktemp -d) && : >"$d/new" && stat -c %a /run/convecthub.lock "$d/new"; rm -r "$d"`
  expect((await host.run(written, { ...options, lock: 'anna' })).output).toBe('600\n644')
  host.close()
})

it('a run that was refused the lock does not hold it later', async ({ fresh }) => {
  const [first, second, third] = [await fresh(), await fresh(), await fresh()]
  await lockSoon(first, 'first')
  await failure(lock(second, 'second'))
  first.close()
  await lockSoon(third, 'third')
  third.close()
})

it('a process that a job leaves running does not hold the lock', async ({ fresh }) => {
  const [first, second] = [await fresh(), await fresh()]
  await lockSoon(first, 'first')
  const { output } = await first.run(sh`setsid sleep 300 >/dev/null & echo $!`, options)
  first.close()
  await lockSoon(second, 'second')
  await second.run(sh`kill ${Number(output)}`, options)
  second.close()
})

it('an owner with newlines cannot inject an order', async ({ sshd, fresh }) => {
  const host = await fresh()
  const canary = `${sshd.folder}/canary`
  await settled(lock(host, `x\nrun 9 ${`touch ${canary}`.length}\ntouch ${canary}`)).catch(() => {})
  // another order, in case an injected one waits for more input
  await settled(host.run(sh`:`, options), 1000).catch(() => {})
  expect(existsSync(canary), 'the order was carried out').toBe(false)
  host.close()
})
