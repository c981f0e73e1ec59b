import { expect, it } from 'vitest'
import { buildCluster } from '../../src/cluster/build-cluster.ts'
import { ConvecthubErrors } from '../../src/errors.ts'
import type { Host, Inventory, Setting } from '../../src/inventory/inventory.ts'
import { problemsOf, readCluster } from '../helpers/read-inventory.ts'

const AT = 'inv.toml'
const VARS = '[all:vars]\nconvect_token=k3s_hub_token\n'
const FLEET = `[driver]\nd1\n[worker]\nw1 x=1\nw2\n${VARS}`
/** The fleet with settings for w1, on line 4. */
const w1 = (settings: string) => FLEET.replace('x=1', settings)

it('no problem shows the token', () => {
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
    texts: new Map(),
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

it('fails with the exit code of the inventory, and a hint for each problem', () => {
  const { exit, errors } = failure(inventoryOf({ http_port: setting('x'), https_port: setting('0') }))
  expect(exit).toBe('inventory')
  expect(errors.map(({ details }) => details.hint)).toEqual([
    'http_port=8080, for example',
    'https_port=8443, for example',
  ])
})

it.each([
  { text: w1('has_gpu=maybe'), hint: 'has_gpu=true or has_gpu=false' },
  {
    text: w1('docker_repo='),
    hint: 'docker_repo=https://mirror.lan/linux/ubuntu, for example; or take the line out',
  },
  {
    text: FLEET.replace(/convect_token.*/, ''),
    hint: 'set convect_token under [all:vars]; a good one is made by: openssl rand -hex 24',
  },
  { text: FLEET.replace('[worker]', '[nodes]'), hint: 'did you mean [worker] instead of [nodes]?' },
  { text: FLEET.replace('[driver]', '[servers]'), hint: 'did you mean [driver] instead of [servers]?' },
  { text: FLEET.replace('[driver]', '[Mastr]'), hint: 'did you mean [master] instead of [Mastr]?' },
])('says what to do: $hint', ({ text, hint }) => {
  try {
    readCluster(text)
  } catch (error) {
    expect((error as ConvecthubErrors).errors.map(({ details }) => details.hint)).toEqual([hint])
    return
  }
  expect.fail('it was taken')
})

it('reports wrong settings of the driver and of the cluster together, and no missing driver', () => {
  const text = `${FLEET.replace('d1', 'd1 has_gpu=maybe')}http_port=x\n`
  expect(problemsOf(text).toSorted()).toEqual([
    `${AT}:2 BAD_VALUE has_gpu=maybe: true or false is needed`,
    `${AT}:8 BAD_VALUE http_port=x: a port number is needed`,
  ])
})

it.each(['docker_repo=ftp://bob:s3cret@mirror/x', 'my_iface="{{ \'s3cret\' | x }}"'])(
  'does not show the password in %s',
  (wrong) => {
    const shown = problemsOf(w1(wrong))
    expect(shown).toHaveLength(1)
    expect(shown.join()).not.toContain('s3cret')
  },
)

it('does not show a wrong value that comes from a vault', () => {
  const { errors } = failure(
    inventoryOf({ docker_repo: setting('user:s3cret@mirror', { raw: undefined, secret: true }) }),
  )
  expect(errors.map(({ message }) => message).join()).not.toContain('s3cret')
})

it('reports a variable that cannot be filled in together with all other problems', () => {
  const { errors } = failure(inventoryOf({ my_iface: setting('{{ nowhere }}'), http_port: setting('x') }))
  expect(errors).toHaveLength(2)
})

it('refuses two hosts whose names differ only by case', () => {
  expect(problemsOf(FLEET.replace('w2', 'W1'))).toHaveLength(1)
})
