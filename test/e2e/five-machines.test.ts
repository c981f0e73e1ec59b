import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonLines } from '../helpers/json-lines.ts'
import { type Lab, labUp, machineState, must } from './lab.ts'

let lab: Lab
const before = new Map<string, string>()

beforeAll(async () => {
  lab = await labUp(5, 3)
  for (const machine of lab.machines) before.set(machine, await machineState(lab, machine))
})
afterAll(() => lab?.down())

it('provisions three drivers one after another, and two workers beside them', async () => {
  must(await lab.run('ping'))
  must(await lab.run('plan'))
  const { stdout } = must(await lab.run('provision', ['--output', 'json']))
  const at = (kind: string, host: string, title: RegExp) =>
    jsonLines(stdout).findIndex(
      (event) => event.event === kind && event.host === host && title.test(JSON.stringify(event)),
    )
  // etcd accepts one learner at a time, so a driver starts only when the one before it is Ready
  expect(at('change-start', 'driver2', /start k3s\.service/)).toBeGreaterThan(
    at('step', 'driver1', /k3s-node/),
  )
  expect(at('change-start', 'driver3', /start k3s\.service/)).toBeGreaterThan(
    at('step', 'driver2', /k3s-node/),
  )
  // workers do not wait for the other drivers
  expect(at('change-start', 'worker1', /start k3s-agent\.service/)).toBeLessThan(
    at('step', 'driver3', /k3s-node/),
  )
  must(await lab.run('status'))
  expect(must(await lab.run('provision')).stdout).toMatch(/Nothing to change on 5 hosts/)
})

it('resets workers first and the founder last, leaves nothing, and can provision again', async () => {
  const { stdout } = must(await lab.run('reset', ['--yes', '--output', 'json']))
  const stops = jsonLines(stdout).filter(({ event, step }) => event === 'step-start' && step === 'stop-k3s')
  expect(
    stops
      .slice(0, 2)
      .map(({ host }) => host)
      .sort(),
  ).toEqual(['worker1', 'worker2'])
  expect(stops.at(-1)?.host).toBe('driver1')
  for (const machine of lab.machines) expect(await machineState(lab, machine)).toBe(before.get(machine))
  must(await lab.run('provision'))
  must(await lab.run('status'))
})
