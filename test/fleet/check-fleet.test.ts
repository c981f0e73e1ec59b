import { expect, it } from 'vitest'
import { formatOrigin } from '../../src/errors.ts'
import { checkFleet } from '../../src/fleet/check-fleet.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
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
