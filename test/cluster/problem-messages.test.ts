import { expect, it } from 'vitest'
import { buildCluster } from '../../src/cluster/build-cluster.ts'
import { ConvecthubErrors } from '../../src/errors.ts'
import type { Host, Inventory, Setting } from '../../src/inventory/inventory.ts'
import { problemsOf } from '../helpers/read-inventory.ts'

const AT = 'inv.toml'
const VARS = '[all:vars]\nconvect_token=k3s_hub_token\n'
const FLEET = `[driver]\nd1\n[worker]\nw1 x=1\nw2\n${VARS}`
/** The fleet with settings for w1, which is on line 4. */
const w1 = (settings: string) => FLEET.replace('x=1', settings)
/** The fleet with settings for all, from line 8 on. */
const all = (settings: string) => `${FLEET}${settings}\n`

it('every problem has a hint, the exit code of the inventory, and never the token', () => {
  const bad = `${w1('my_iface=a/b')}convect_token=s3cret\n`
  expect(problemsOf(bad).join()).not.toContain('s3cret')
})

const setting = (value: string, more: Partial<Setting> = {}): Setting => {
  return { value, raw: value, origin: { file: AT, line: 1 }, ...more }
}
function inventoryOf(vars: Record<string, Setting>): Inventory {
  const origin = { file: AT, line: 2 }
  const all = { convect_token: setting('k3s_hub_token'), ...vars }
  const host: Host = { name: 'd1', origin, groups: ['driver'], vars: new Map(Object.entries(all)) }
  return {
    sources: ['inv.toml'],
    hosts: new Map([['d1', host]]),
    groups: new Map(),
    warnings: [],
    strictErrors: [],
  }
}

function failure(inventory: Inventory): ConvecthubErrors {
  try {
    buildCluster(inventory, new Map())
  } catch (error) {
    if (error instanceof ConvecthubErrors) return error
    throw error
  }
  throw new Error('the inventory was taken')
}

it('is the exit code of a wrong inventory, with a hint for each', () => {
  const { exit, errors } = failure(inventoryOf({ http_port: setting('x'), https_port: setting('0') }))
  expect(exit).toBe('inventory')
  expect(errors.map(({ details }) => details.hint)).toEqual(['correct http_port', 'correct https_port'])
})

it('a wrong setting of the driver is no missing driver, and hides no wrong setting of the cluster', () => {
  const text = `${FLEET.replace('d1', 'd1 has_gpu=maybe')}http_port=x\n`
  expect(problemsOf(text).toSorted()).toEqual([
    `${AT}:2 BAD_VALUE has_gpu=maybe: true or false is needed`,
    `${AT}:8 BAD_VALUE http_port=x: a port number is needed`,
  ])
})

it('a wrong line under [all:vars] is told once, not once a host', () => {
  const told = problemsOf(all('has_gpu=maybe')).filter((line) => line.includes('BAD_VALUE'))
  expect(told).toEqual([`${AT}:8 BAD_VALUE has_gpu=maybe: true or false is needed`])
})

it('what came out of a vault is not shown, not even when it is wrong', () => {
  const { errors } = failure(
    inventoryOf({ docker_repo: setting('user:s3cret@mirror', { raw: undefined, secret: true }) }),
  )
  expect(errors.map(({ message }) => message).join()).not.toContain('s3cret')
})

it('a variable that cannot be filled in is told with all other problems', () => {
  const { errors } = failure(inventoryOf({ my_iface: setting('{{ nowhere }}'), http_port: setting('x') }))
  expect(errors).toHaveLength(2)
})

it('two hosts whose names differ by case alone would be one node', () => {
  expect(problemsOf(FLEET.replace('w2', 'W1'))).toHaveLength(1)
})
