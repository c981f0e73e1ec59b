import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { logInAll } from '../../src/engine/log-in-all.ts'
import { ConvecthubError } from '../../src/errors.ts'
import { fakeHost } from '../helpers/fake-host.ts'
import { fakeStep } from '../helpers/fake-step.ts'
import { runFakes } from '../helpers/run-fakes.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const names = (count: number) => Array.from({ length: count }, (_, at) => `w${at + 1}`)

/** Logs in to machines that together stand `atOnce` logins. */
async function crowd(hosts: number, most: number, atOnce: number, broken: readonly string[] = []) {
  const tries = new Map<string, number>()
  const lasts = new Set<string>()
  let open = 0
  let peak = 0
  await logInAll(names(hosts), most, async (host, { last }) => {
    tries.set(host, (tries.get(host) ?? 0) + 1)
    if (last) lasts.add(host)
    open += 1
    peak = Math.max(peak, open)
    await turn()
    const fits = open <= atOnce && !broken.includes(host)
    await turn()
    open -= 1
    return fits
  })
  return { tries, lasts, peak }
}

it.each([
  { what: 'all stand it', hosts: 100, most: 64, atOnce: 64, again: 0 },
  { what: 'half as many are stood', hosts: 100, most: 64, atOnce: 32, again: 1 },
  { what: 'a quarter is stood', hosts: 300, most: 64, atOnce: 16, again: 1 },
  { what: '-f gives the number', hosts: 300, most: 20, atOnce: 10, again: 1 },
])('logs in to every host when $what', async ({ hosts, most, atOnce, again }) => {
  const { tries, peak } = await crowd(hosts, most, atOnce)
  expect(tries.size).toBe(hosts)
  expect(peak).toBe(most)
  expect([...tries.values()].some((count) => count > 1)).toBe(again > 0)
})

it('tries one that never answers only once more, alone, when all others are in', async () => {
  const { tries, lasts } = await crowd(100, 64, 64, ['w7'])
  expect([...tries].filter(([, count]) => count > 1)).toEqual([['w7', 2]])
  expect([...lasts]).toEqual(['w7'])
})

it('tries nothing again where few log in', async () => {
  const { tries } = await crowd(10, 64, 3)
  expect([...tries.values()].every((count) => count === 1)).toBe(true)
})

it.each([
  { code: 'LOGIN_TIMEOUT', connects: 2 },
  { code: 'LOGIN_DROPPED', connects: 2 },
  { code: 'AUTH', connects: 1 },
  { code: 'SUDO_PASSWORD_WRONG', connects: 1 },
  { code: 'SUDO_TIMEOUT', connects: 1 },
  { code: 'SUDO_LOST', connects: 1 },
  { code: 'PASSWORD_TIMEOUT', connects: 1 },
  { code: 'UNREACHABLE', connects: 1 },
] as const)(
  'a run connects $connects times to a host of many that fails with $code',
  async ({ code, connects }) => {
    const tried: string[] = []
    const desired = testDesired({ drivers: ['d1'], workers: names(20) })
    const { report, events } = await runFakes({
      recipe: [fakeStep('a')],
      desired,
      forks: 64,
      connect: async ({ name }) => {
        tried.push(name)
        if (name === 'w7') throw new ConvecthubError(code, 'it went wrong', { host: name })
        return fakeHost(name, { world: new Set() }).connection
      },
    })
    expect(tried.filter((name) => name === 'w7')).toHaveLength(connects)
    expect(tried).toHaveLength(20 + connects)
    expect(report.hosts.filter(({ errors }) => errors.length > 0).map(({ host }) => host)).toEqual(['w7'])
    expect(events.filter(({ event }) => event === 'host-failed')).toHaveLength(1)
    expect(events.filter(({ event }) => event === 'queued')).toEqual(
      connects > 1 ? [{ event: 'queued', host: 'w7' }] : [],
    )
  },
)

it.each([
  { what: 'none', hosts: 500, answer: 0, most: 24 },
  { what: 'one', hosts: 500, answer: 1, most: 32 },
  { what: 'half', hosts: 500, answer: 250, most: 20 },
])('waits for at most $most deadlines when $what of $hosts hosts answer', async ({ hosts, answer, most }) => {
  const connects = new Map<string, number>()
  let deadlines = 0
  const waiting: (() => void)[] = []
  const pass = () => {
    deadlines += 1
    for (const late of waiting.splice(0)) late()
  }
  const deadline = () =>
    new Promise<void>((late) => {
      waiting.push(late)
      if (waiting.length === 1) setImmediate(pass)
    })
  const answering = new Set(names(answer))
  const { report } = await runFakes({
    recipe: [fakeStep('a')],
    desired: testDesired({ drivers: [], workers: names(hosts) }),
    forks: 64,
    connect: async ({ name }) => {
      connects.set(name, (connects.get(name) ?? 0) + 1)
      if (answering.has(name)) return fakeHost(name, { world: new Set() }).connection
      await deadline()
      throw new ConvecthubError('LOGIN_TIMEOUT', 'it is silent', { host: name })
    },
  })
  expect(report.hosts.filter(({ errors }) => errors.length > 0)).toHaveLength(hosts - answer)
  expect(Math.max(...connects.values())).toBe(2)
  expect(deadlines).toBeLessThanOrEqual(most)
})
