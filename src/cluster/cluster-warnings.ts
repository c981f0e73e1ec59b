import type { Inventory, Warning } from '../inventory/inventory.ts'
import { inRegistry, rolesOf } from './roles.ts'

/** Secrets that stand in documentation, so that everybody knows them. */
export const SAMPLE_TOKENS: readonly string[] = ['a-long-secret-of-your-own', 'k3s_hub_token']

/** What makes a cluster, but probably not the one that is wanted. */
export function clusterWarnings({ hosts }: Pick<Inventory, 'hosts'>): Warning[] {
  const all = [...hosts.values()]
  const drivers = all.filter((host) => rolesOf(host)[0] === 'driver')
  const last = drivers.at(-1)
  const [first, second] = inRegistry(all)
  const token = all.map(({ vars }) => vars.get('convect_token')).find((each) => each !== undefined)
  return [
    ...all
      .filter((host) => rolesOf(host).length > 1)
      .map(({ name, origin }): Warning => {
        return {
          code: 'BOTH_ROLES',
          message: `${name} is a driver and a worker; it becomes a driver`,
          origin,
          hint: 'take it out of [worker], or of [driver]',
        }
      }),
    ...(last && drivers.length % 2 === 0 ? [evenDrivers(drivers.length, last.origin)] : []),
    ...(second
      ? [
          {
            code: 'SEVERAL_REGISTRIES' as const,
            message: `${first?.name} runs the image registry, and no other machine in [registry] does`,
            origin: second.origin,
            hint: `take ${second.name} out of [registry]`,
          },
        ]
      : []),
    ...(token && SAMPLE_TOKENS.includes(String(token.value))
      ? [
          {
            code: 'SAMPLE_TOKEN' as const,
            message: 'convect_token is that of a sample: whoever has read it can join the cluster',
            origin: token.origin,
            hint: 'before the first provision make one of your own: openssl rand -hex 24',
          },
        ]
      : []),
  ]
}

/** etcd needs more than half of its members: an even number of them stands no more losses than one fewer. */
function evenDrivers(count: number, origin: Warning['origin']): Warning {
  const losses = count / 2 - 1
  return {
    code: 'EVEN_DRIVERS',
    message:
      losses === 0
        ? `${count} drivers survive the loss of none, as 1 does`
        : `${count} drivers survive the loss of ${losses}, as ${count - 1} do`,
    origin,
    hint: `use ${count - 1} or ${count + 1}`,
  }
}
