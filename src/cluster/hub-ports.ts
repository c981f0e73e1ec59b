import { ConvecthubError, type Origin } from '../errors.ts'
import type { Host } from '../inventory/inventory.ts'
import { K3S_PORTS, REGISTRY_PORT } from './k3s-ports.ts'
import { inRegistry } from './roles.ts'
import type { ClusterSettings } from './variables.ts'

type HubPorts = Pick<ClusterSettings, 'http_port' | 'https_port'>

/**
 * Finds clashes of the hub's ports with each other, with those of K3s and of the image registry, and with ssh. K3s takes over the hub's ports
 * on every machine, even if another program listens there; on ssh's port it would lock everybody out. `sshPort` gives
 * the port that ssh connects to. Error: PORT_CLASH.
 */
export function portClashes(
  lead: Host,
  ports: HubPorts,
  hosts: readonly Host[],
  sshPort: (host: Host) => number | undefined,
): ConvecthubError[] {
  const { http_port, https_port } = ports
  const clash = (message: string, origin: Origin, hint: string) =>
    new ConvecthubError('PORT_CLASH', message, { origin, hint })
  const written = (name: keyof HubPorts) => lead.vars.get(name)?.origin
  const both =
    http_port === https_port
      ? [
          clash(
            `http_port and https_port are both ${http_port}`,
            written('https_port') ?? written('http_port') ?? lead.origin,
            'give each a port of its own',
          ),
        ]
      : []
  const single = (['http_port', 'https_port'] as const).flatMap((name) => {
    const port = ports[name]
    const k3s = Object.values(K3S_PORTS).flatMap((ports) => ports[port] ?? [])[0]
    const registry = port === REGISTRY_PORT ? inRegistry(hosts)[0] : undefined
    const ssh = hosts.find((host) => sshPort(host) === port)
    const hint = `choose another ${name}`
    return [
      ...(k3s
        ? [clash(`${name}=${port}: K3s needs this port (${k3s})`, written(name) ?? lead.origin, hint)]
        : []),
      ...(registry
        ? [
            clash(
              `${name}=${port} is the port of the image registry on ${registry.name}`,
              written(name) ?? lead.origin,
              hint,
            ),
          ]
        : []),
      ...(ssh
        ? [
            clash(
              `${name}=${port} is the port of ssh on ${ssh.name}`,
              written(name) ?? ssh.vars.get('ansible_port')?.origin ?? ssh.origin,
              hint,
            ),
          ]
        : []),
    ]
  })
  return [...both, ...single]
}
