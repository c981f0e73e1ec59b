import { expect, it } from 'vitest'
import { readCluster } from '../helpers/read-inventory.ts'

// the guide's sample, verbatim
const GUIDE = `worker2 ansible_ssh_user=vagrant ansible_ssh_host=127.0.0.1 ansible_ssh_port=2201 ansible_ssh_private_key_file='~/.ssh/id_rsa' my_iface=eth1 has_gpu=true
worker1 ansible_ssh_user=vagrant ansible_ssh_host=127.0.0.1 ansible_ssh_port=2200 ansible_ssh_private_key_file='~/.ssh/id_rsa' my_iface=eth1
master ansible_ssh_user=vagrant ansible_ssh_host=127.0.0.1 ansible_ssh_port=2222 ansible_ssh_private_key_file='~/.ssh/id_rsa' my_iface=eth1

[driver]
master

[worker]
worker1
worker2

[registry]
master

[all:vars]
convect_workdir=/tmp/convecthub
convect_token=k3s_hub_token
has_gpu=false
jhub_config_path=thu-vars/jupyterhub.yaml
`

it('reads the guide’s inventory', () => {
  const cluster = readCluster(GUIDE)
  expect(cluster).toMatchObject({
    name: 'inv',
    workdir: '/tmp/convecthub',
    jhubConfigPath: 'thu-vars/jupyterhub.yaml',
    httpPort: 80,
    httpsPort: 443,
  })
  const settings = { my_iface: 'eth1', install_docker: true, install_nvidia_driver: true }
  expect(Object.fromEntries(cluster.hosts.map((host) => [host.name, host]))).toMatchObject({
    master: { nodeName: 'master', role: 'driver', settings: { ...settings, has_gpu: false } },
    worker1: {
      role: 'worker',
      address: '127.0.0.1',
      settings: { ...settings, has_gpu: false },
    },
    worker2: {
      role: 'worker',
      origin: { line: 1 },
      settings: { ...settings, has_gpu: true },
    },
  })
  expect(cluster.drivers.map(({ name }) => name)).toEqual(['master'])
  expect(cluster.workers.map(({ name }) => name).toSorted()).toEqual(['worker1', 'worker2'])
  expect(cluster.lead.name).toBe('master')
  expect(cluster.registry).toBe(cluster.lead)
  expect(cluster.token.reveal()).toBe('k3s_hub_token')
  expect(JSON.stringify(cluster)).not.toContain('k3s_hub_token')
})

const PUBLIC_KEY = `AAAAC3NzaC1lZDI1NTE5AAAAI${'a'.repeat(43)}`

it.each(['/data/hub/', '/data//hub', '/data/hub'])('reads convect_workdir %s as /data/hub', (path) => {
  const text = GUIDE.replace('convect_workdir=/tmp/convecthub', `convect_workdir=${path}`)
  expect(readCluster(text).workdir).toBe('/data/hub')
})

it('reads the guide’s other ports', () => {
  const cluster = readCluster(`${GUIDE}http_port=9000\nhttps_port=9443\n`)
  expect(cluster).toMatchObject({ httpPort: 9000, httpsPort: 9443 })
})

const SMALL = '[driver]\nd1\n[worker]\nw1\n[all:vars]\nconvect_token=k3s_hub_token\n'

it('everything but the token has a default', () => {
  const cluster = readCluster(SMALL)
  expect(cluster).toMatchObject({
    workdir: '/var/lib/convecthub',
    jhubConfigPath: undefined,
    httpPort: 80,
    httpsPort: 443,
  })
  expect(cluster.hosts[1]?.settings).toEqual({
    has_gpu: false,
    install_nvidia_driver: true,
    install_docker: true,
    docker_key: '9DC858229FC7DD38854AE2D88D81803C0EBFCD88',
  })
  expect(cluster.hosts[1]?.address).toBe('w1')
})

it.each([
  { what: 'driver', text: '[driver]\nd1\n', drivers: ['d1'], workers: [] },
  { what: 'master, the guide’s other word', text: '[master]\nd1\n', drivers: ['d1'], workers: [] },
  { what: 'both words', text: '[driver]\nd1\n[master]\nd2\n', drivers: ['d1', 'd2'], workers: [] },
  {
    what: 'several drivers',
    text: '[driver]\nd3\nd1\n[worker]\nw1\n',
    drivers: ['d3', 'd1'],
    workers: ['w1'],
  },
  { what: 'a range', text: '[driver]\nd1\n[worker]\nw[1:3]\n', drivers: ['d1'], workers: ['w1', 'w2', 'w3'] },
  {
    what: 'a group of groups',
    text: '[driver]\nd1\n[worker:children]\nrack\n[rack]\nw1\n',
    drivers: ['d1'],
    workers: ['w1'],
  },
  { what: 'a host in both', text: '[driver]\nd1\n[worker]\nd1\n', drivers: ['d1'], workers: [] },
])('reads roles from $what', ({ text, drivers, workers }) => {
  const cluster = readCluster(`${text}[all:vars]\nconvect_token=k3s_hub_token\n`)
  expect(cluster.drivers.map(({ name }) => name)).toEqual(drivers)
  expect(cluster.workers.map(({ name }) => name)).toEqual(workers)
  expect(cluster.hosts).toHaveLength(drivers.length + workers.length)
})

it.each([
  { text: 'has_gpu=yes', value: { has_gpu: true } },
  { text: 'has_gpu=True', value: { has_gpu: true } },
  { text: 'has_gpu=1', value: { has_gpu: true } },
  { text: 'has_gpu=on', value: { has_gpu: true } },
  { text: 'has_gpu=off', value: { has_gpu: false } },
  { text: 'has_gpu=No', value: { has_gpu: false } },
  { text: 'install_nvidia_driver=false', value: { install_nvidia_driver: false } },
  { text: 'install_docker=false', value: { install_docker: false } },
  { text: 'my_iface=bond0.100', value: { my_iface: 'bond0.100' } },
  {
    text: 'docker_repo=https://download.docker.com/linux/ubuntu',
    value: { docker_repo: 'https://download.docker.com/linux/ubuntu' },
  },
  { text: 'docker_repo=http://10.0.0.9:8080/docker', value: { docker_repo: 'http://10.0.0.9:8080/docker' } },
  { text: 'my_iface="{{ nic }}" nic=ens5', value: { my_iface: 'ens5' } },
])('reads the host setting $text', ({ text, value }) => {
  const cluster = readCluster(SMALL.replace('w1', `w1 ${text}`))
  expect(cluster.workers[0]?.settings).toMatchObject(value)
  expect(cluster.drivers[0]?.settings).toMatchObject({ has_gpu: false, install_docker: true })
})

it.each([
  { text: 'http_port=80', admins: [] },
  { text: 'hub_admins=', admins: [] },
  { text: 'hub_admins=ada', admins: ['ada'] },
  { text: 'hub_admins=ada, bob@uni.example,ada', admins: ['ada', 'bob@uni.example'] },
  { text: "hub_admins=['ada', 'jörg']", admins: ['ada', 'jörg'] },
  { text: 'hub_admins={{ boss }},bob\nboss=ada', admins: ['ada', 'bob'] },
  { text: "hub_admins=['{{ boss }}']\nboss=ada", admins: ['ada'] },
])('reads the hub’s admins from $text: $admins', ({ text, admins }) => {
  expect(readCluster(`${SMALL}${text}\n`).hubAdmins).toEqual(admins)
})

it('reads the hub’s admins from a list in JSON', () => {
  expect(readCluster(SMALL, ['{"hub_admins": ["ada", "bob"]}']).hubAdmins).toEqual(['ada', 'bob'])
})

it.each([
  {
    text: `bundle_key='ssh-ed25519 ${PUBLIC_KEY} who made it'`,
    key: `ssh-ed25519 ${PUBLIC_KEY} who made it`,
  },
  { text: `bundle_key=${PUBLIC_KEY}`, key: PUBLIC_KEY },
  { text: 'http_port=80', key: undefined },
])('reads the key of the bundle from $text', ({ text, key }) => {
  expect(readCluster(`${SMALL}${text}\n`).bundleKey).toBe(key)
})

it('extra variables win over the inventory', () => {
  const cluster = readCluster(SMALL, ['http_port=8080', 'convect_token=another-token'])
  expect(cluster.httpPort).toBe(8080)
  expect(cluster.token.reveal()).toBe('another-token')
})

it.each([
  { name: 'Worker-1', node: 'worker-1' },
  { name: '192.168.1.10', node: '192.168.1.10' },
  { name: 'gpu.lab.example', node: 'gpu.lab.example' },
])('names the node of $name $node', ({ name, node }) => {
  expect(readCluster(SMALL.replace('w1', name)).workers[0]).toMatchObject({ name, nodeName: node })
})
