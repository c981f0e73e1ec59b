import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { it as base } from '../transport/helpers/fixtures.ts'
import { onceStep } from '../transport/helpers/once-step.ts'
import { settled } from '../transport/helpers/wait.ts'

/** How long one run may take, ms. */
const RUN_MS = 60_000
vi.setConfig({ testTimeout: 2 * RUN_MS })

const it = base
  .extend('password', ({ user }) => {
    const secret = new Secret(user.password)
    /** Counts how often the password is used, and calls `onGiven` each time. */
    const usage = { secret, given: 0, onGiven: () => {} }
    vi.spyOn(secret, 'reveal').mockImplementation(() => {
      usage.given += 1
      usage.onGiven()
      return user.password
    })
    return usage
  })
  .extend('target', ({ sshd, proxy, user, password }) =>
    sshd.target({
      user: user.name,
      port: proxy.port,
      hostKeyChecking: 'no',
      becomePassword: password.secret,
    }),
  )

it('uses the password once for the new login after a cut during a job, and runs the job once', async ({
  proxy,
  machine,
  user,
  password,
  target,
}) => {
  let cuts = 0
  const { report, errors } = await settled(
    machine.run(onceStep(machine), {
      target,
      onEvent: (event) => event.event === 'line' && event.line === 'tick 5' && cuts++ === 0 && proxy.cut(),
    }),
    RUN_MS,
  )
  expect(errors).toEqual([])
  expect({ ok: report.ok, cuts: Math.min(cuts, 1), logins: proxy.connections() }).toEqual({
    ok: true,
    cuts: 1,
    logins: 2,
  })
  expect(readFileSync(join(machine.place, 'begun'), 'utf8')).toBe('begun\n')
  expect(password.given).toBe(2)
  expect(user.sudoLog()).not.toMatch(/incorrect|not allowed/)
  expect(user.sudoLog().match(/COMMAND=/g)).toHaveLength(2)
  expect(user.sudoLog()).not.toContain('a password is required')
})

it('does not call the password wrong when the connection is cut right after sudo asked for it', async ({
  proxy,
  machine,
  user,
  password,
  target,
}) => {
  let cuts = 0
  password.onGiven = () => {
    if (password.given === 2) proxy.cut()
  }
  const { report, errors } = await settled(
    machine.run(onceStep(machine), {
      target,
      onEvent: (event) => event.event === 'line' && event.line === 'tick 5' && cuts++ === 0 && proxy.cut(),
    }),
    RUN_MS,
  )
  expect(errors).toEqual([])
  expect({ ok: report.ok, logins: proxy.connections() }).toEqual({ ok: true, logins: 3 })
  expect(password.given).toBe(3)
  expect(user.sudoLog()).not.toMatch(/incorrect|not allowed/)
})
