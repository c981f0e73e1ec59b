import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { USER } from './hosts.js'

/**
 * Writes an inventory for convecthub and Ansible, its known_hosts, and a host file for parallel-ssh.
 * @param {{ folder: string, key: string }} place
 * @param {string} name
 * @param {readonly { name: string, address: string, port: number, key: string }[]} hosts
 */
export function writeInventory({ folder, key }, name, hosts) {
  const knownHosts = join(folder, `${name}.known_hosts`)
  const line = ({ name, address, port }) => `${name} ansible_host=${address} ansible_port=${port}\n`
  const [first, ...others] = hosts.map(line)
  const ini = `[driver]
${first}
[worker]
${others.join('')}
[all:vars]
ansible_user=${USER}
ansible_ssh_private_key_file=${key}
ansible_ssh_common_args="-o UserKnownHostsFile=${knownHosts}"
convect_token=benchmark-token
`
  const paths = { ini: join(folder, `${name}.ini`), knownHosts, list: join(folder, `${name}.list`), hosts }
  writeFileSync(paths.ini, ini)
  writeFileSync(knownHosts, hosts.map(({ address, port, key }) => `[${address}]:${port} ${key}\n`).join(''))
  writeFileSync(paths.list, hosts.map(({ address, port }) => `${USER}@${address}:${port}\n`).join(''))
  return paths
}
