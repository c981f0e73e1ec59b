import { expect, it } from 'vitest'
import { namedMachines, planMachines } from '../../src/lab/plan-machines.ts'

const names = (...args: Parameters<typeof planMachines>) =>
  planMachines(...args).map(({ name, address }) => `${name} ${address}`)

it.each([
  [3, 1, [], ['driver1 10.1.2.11', 'worker1 10.1.2.101', 'worker2 10.1.2.102']],
  [3, 3, [], ['driver1 10.1.2.11', 'driver2 10.1.2.12', 'driver3 10.1.2.13']],
  [1, 1, ['worker10', 'worker2'], ['driver1 10.1.2.11', 'worker2 10.1.2.102', 'worker10 10.1.2.110']],
  [2, 1, ['nonsense'], ['driver1 10.1.2.11', 'worker1 10.1.2.101']],
])('plans %i machines with %i drivers when %j exist', (total, drivers, existing, expected) => {
  expect(names(total, drivers, '10.1.2.0/24', existing)).toEqual(expected)
})

it.each([
  [3, 0],
  [1, 2],
  [200, 100],
])('refuses %i machines with %i drivers', (total, drivers) => {
  expect(() => planMachines(total, drivers, '10.1.2.0/24')).toThrow(
    expect.objectContaining({ code: 'LAB_MACHINES', exit: 'usage' }),
  )
})

it('tells the machines with some names, and only those', () => {
  expect(namedMachines(['worker10', 'nonsense', 'worker2', 'driver3'], '10.1.2.0/24')).toEqual([
    { name: 'driver3', role: 'driver', address: '10.1.2.13' },
    { name: 'worker2', role: 'worker', address: '10.1.2.102' },
    { name: 'worker10', role: 'worker', address: '10.1.2.110' },
  ])
})
