import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { inventoryCovers, inventoryText, inventoryToken, valuesText } from '../../src/lab/inventory-text.ts'
import { planMachines } from '../../src/lab/plan-machines.ts'

const machines = planMachines(3, 1, '10.1.2.0/24')
const text = inventoryText('/home/ops/lab', machines, 'secret')

it('looks like the inventory of the guide', () => {
  expect(text.replace(/^#.*\n/gm, '')).toBe(`
driver1 ansible_ssh_user=lab ansible_ssh_host=10.1.2.11 ansible_ssh_private_key_file='/home/ops/lab/id_ed25519' my_iface=eth0
worker1 ansible_ssh_user=lab ansible_ssh_host=10.1.2.101 ansible_ssh_private_key_file='/home/ops/lab/id_ed25519' my_iface=eth0
worker2 ansible_ssh_user=lab ansible_ssh_host=10.1.2.102 ansible_ssh_private_key_file='/home/ops/lab/id_ed25519' my_iface=eth0

[driver]
driver1

[worker]
worker1
worker2

[all:vars]
convect_workdir=/var/tmp/convecthub
convect_token=secret
has_gpu=false
install_docker=false
jhub_config_path=jupyterhub.yaml
http_port=80
https_port=443
ansible_ssh_common_args='-o UserKnownHostsFile=/home/ops/lab/known_hosts'
`)
  expect(text.startsWith('# ')).toBe(true)
})

it('can be checked for machines and for its token', () => {
  expect(inventoryCovers(text, machines)).toBe(true)
  expect(inventoryCovers(text, planMachines(4, 1, '10.1.2.0/24'))).toBe(false)
  expect(inventoryCovers(text, planMachines(3, 1, '10.1.3.0/24'))).toBe(false)
  expect(inventoryToken(text)).toBe('secret')
  expect(inventoryToken('')).toBeUndefined()
})

it('has JupyterHub values in valid YAML', () => {
  expect(parse(valuesText('pw')).hub.config.DummyAuthenticator).toEqual({ password: 'pw' })
})
