import { expect, it } from 'vitest'
import { formatOrigin } from '../../src/errors.ts'
import { checkFleet, fleetWarnings } from '../../src/fleet/check-fleet.ts'
import type { Inventory, Setting } from '../../src/inventory/inventory.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { formatError } from '../../src/ui/format-error.ts'
import { style } from '../../src/ui/style.ts'
import { memoryFiles } from '../inventory/memory-files.ts'

/** What checkFleet finds wrong with three hosts, each as "origin message". */
function wrongWith(vars: string, extraVars: readonly string[]): string[] {
  const text = `[driver]\nd1\n[worker]\nw1\nw2\n[all:vars]\nconvect_token=k3s_hub_token\n${vars}\n`
  const files = memoryFiles({ '/w/inv.toml': text })
  const inventory = loadInventory({ sources: ['inv.toml'], extraVars, cwd: '/w', files })
  const { errors, unfit } = checkFleet({ inventory, config: undefined }, {})
  return [...errors, ...unfit].map(
    ({ message, details: { origin } }) => `${origin && formatOrigin(origin)} ${message}`,
  )
}

it.each([
  { what: 'a line under [all:vars]', vars: 'has_gpu=maybe', extraVars: [], origin: 'inv.toml:8:1' },
  { what: 'a setting by -e', vars: '', extraVars: ['has_gpu=maybe'], origin: '-e' },
])('$what is one error, not one per host', ({ vars, extraVars, origin }) => {
  expect(wrongWith(vars, extraVars)).toEqual([`${origin} has_gpu=maybe: true or false is needed`])
})

it('says at its line that the file of jhub_config_path does not exist', () => {
  const text = '[driver]\nd1\n[all:vars]\nconvect_token=k3s_hub_token\njhub_config_path=hub.yaml\n'
  const files = memoryFiles({ '/w/inv.toml': text })
  const inventory = loadInventory({ sources: ['inv.toml'], cwd: '/w', files })
  const { errors, unfit } = checkFleet({ inventory, config: undefined }, {})
  expect(errors).toEqual([])
  expect(unfit.map((error) => formatError(error, style({}, false)))).toEqual([
    `error inv.toml:5:1: jhub_config_path: hub.yaml does not exist [JHUB_CONFIG]
      | jhub_config_path=hub.yaml
      | ^
      → create it (values for the JupyterHub chart), correct the path, or delete the line`,
  ])
  const here = { ...inventory, sources: ['test/fleet/check-fleet.test.ts'] }
  expect(
    checkFleet({ inventory: withPath(here, 'check-fleet.test.ts'), config: undefined }, {}).unfit,
  ).toEqual([])
})

/** The inventory with another jhub_config_path. */
function withPath(inventory: Inventory, value: string): Inventory {
  const hosts = [...inventory.hosts].map(([name, host]) => {
    const setting = host.vars.get('jhub_config_path') as Setting
    return [
      name,
      { ...host, vars: new Map(host.vars).set('jhub_config_path', { ...setting, value, raw: value }) },
    ] as const
  })
  return { ...inventory, hosts: new Map(hosts) }
}

it('names the variables that it does not know in one warning, but for those that look misspelt', () => {
  const vars = Array.from({ length: 7 }, (_, i) => `own_${i}=x`).join(' ')
  const files = memoryFiles({ '/w/inv': `d1 ${vars} my_ifac=eth0\n` })
  const inventory = loadInventory({ cwd: '/w', sources: ['inv'], files })
  expect(fleetWarnings(inventory).map(({ message, hint }) => `${message}: ${hint}`)).toEqual([
    'convecthub does not know the variable my_ifac: did you mean my_iface?',
    'convecthub does not know the variables own_0, own_1, own_2, own_3, own_4 and 2 more: take them out if nothing else needs them',
  ])
})
