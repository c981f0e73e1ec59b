import { labPaths } from './lab-identity.ts'
import type { Machine } from './plan-machines.ts'

/** The user on lab machines, with passwordless sudo. */
export const LAB_USER = 'lab'

/** The inventory of a lab, in the style of the guide. `token` is the secret that nodes join the cluster with. */
export function inventoryText(stateDir: string, machines: readonly Machine[], token: string): string {
  const { key, knownHosts } = labPaths(stateDir)
  const names = (role: Machine['role']) =>
    machines.filter((machine) => machine.role === role).map(({ name }) => name)
  return [
    '# Inventory of a convecthub lab: disposable machines, made by `convecthub lab up`.',
    '# Each line is a machine and how SSH reaches it. The drivers run the K3s server, the workers the notebooks.',
    '# Change what you like: `lab up` writes this file again only when machines were added.',
    '# It holds the token with which nodes join, so only you may read it.',
    '',
    ...machines.map(
      ({ name, address }) =>
        `${name} ansible_ssh_user=${LAB_USER} ansible_ssh_host=${address} ansible_ssh_private_key_file='${key}' my_iface=eth0`,
    ),
    '',
    '[driver]',
    ...names('driver'),
    '',
    '[worker]',
    ...names('worker'),
    '',
    '[all:vars]',
    'convect_workdir=/var/tmp/convecthub',
    `convect_token=${token}`,
    'has_gpu=false',
    'install_docker=false',
    'jhub_config_path=jupyterhub.yaml',
    'http_port=80',
    'https_port=443',
    `ansible_ssh_common_args='-o UserKnownHostsFile=${knownHosts}'`,
    '',
  ].join('\n')
}

/** Whether a lab's inventory names every machine with its address. */
export function inventoryCovers(text: string, machines: readonly Machine[]): boolean {
  return machines.every(({ name, address }) =>
    text.split('\n').some((line) => line.startsWith(`${name} `) && line.includes(`=${address} `)),
  )
}

/** Reads the token from a lab's inventory, so that a new inventory keeps it. */
export function inventoryToken(text: string): string | undefined {
  return /^convect_token=(\S+)$/m.exec(text)?.[1]
}

/** The JupyterHub values of a lab: every user name logs in with the same password. */
export function valuesText(password: string): string {
  return [
    '# JupyterHub values of a convecthub lab: any user name, and this password, logs in.',
    '# A real hub needs a real authenticator; see the documentation of the JupyterHub chart.',
    'hub:',
    '  config:',
    '    JupyterHub:',
    '      authenticator_class: dummy',
    '    DummyAuthenticator:',
    `      password: ${password}`,
    '    Authenticator:',
    '      allow_all: true',
    '',
  ].join('\n')
}
