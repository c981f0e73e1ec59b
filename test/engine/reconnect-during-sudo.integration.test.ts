import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { type FaultProxy, faultProxy } from '../transport/helpers/fault-proxy.ts'
import { onceStep } from '../transport/helpers/once-step.ts'
import { type OneHost, oneHost } from '../transport/helpers/one-host.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { type TestUser, testUser } from '../transport/helpers/test-user.ts'
import { settled } from '../transport/helpers/wait.ts'

/** How long one run may take, ms. */
const RUN_MS = 60_000
vi.setConfig({ testTimeout: 2 * RUN_MS })

let sshd: RealSshd
let proxy: FaultProxy
let host: OneHost
let user: TestUser
/** How often the password was given out, and what then happens. */
let given: number
let onGiven: () => void

beforeAll(async () => {
  sshd = await realSshd()
})
beforeEach(async () => {
  proxy = await faultProxy(sshd.port)
  host = oneHost()
  user = testUser('(ALL) ALL')
  given = 0
  onGiven = () => {}
})
afterEach(() => {
  proxy.stop()
  host.remove()
  user.remove()
})
afterAll(() => sshd?.stop())

function target() {
  const becomePassword = new Secret(user.password)
  vi.spyOn(becomePassword, 'reveal').mockImplementation(() => {
    given += 1
    onGiven()
    return user.password
  })
  return sshd.target({ user: user.name, port: proxy.port, hostKeyChecking: 'no', becomePassword })
}

function proveSudo(logins: number): void {
  expect(given).toBe(logins)
  expect(user.sudoLog()).not.toMatch(/incorrect|not allowed/)
}

it('cut in the middle of a job, the new login gives the password once, and the job is done once', async () => {
  let cuts = 0
  const { report, errors } = await settled(
    host.run(onceStep(host), {
      target: target(),
      hear: (event) => event.event === 'line' && event.line === 'tick 5' && cuts++ === 0 && proxy.cut(),
    }),
    RUN_MS,
  )
  expect(errors).toEqual([])
  expect({ ok: report.ok, cuts: Math.min(cuts, 1), logins: proxy.connections() }).toEqual({
    ok: true,
    cuts: 1,
    logins: 2,
  })
  expect(readFileSync(join(host.place, 'begun'), 'utf8')).toBe('begun\n')
  proveSudo(2)
  expect(user.sudoLog().match(/COMMAND=/g)).toHaveLength(2)
  expect(user.sudoLog()).not.toContain('a password is required')
})

it('cut when sudo has just asked in the second login, the password is not called wrong', async () => {
  let cuts = 0
  onGiven = () => {
    if (given === 2) proxy.cut()
  }
  const { report, errors } = await settled(
    host.run(onceStep(host), {
      target: target(),
      hear: (event) => event.event === 'line' && event.line === 'tick 5' && cuts++ === 0 && proxy.cut(),
    }),
    RUN_MS,
  )
  expect(errors).toEqual([])
  expect({ ok: report.ok, logins: proxy.connections() }).toEqual({ ok: true, logins: 3 })
  proveSudo(3)
})
