import { expect, it } from 'vitest'
import { problemsOf } from '../helpers/read-inventory.ts'

const AT = 'inv.toml'
const VARS = '[all:vars]\nconvect_token=k3s_hub_token\n'
const FLEET = `[driver]\nd1\n[worker]\nw1 x=1\nw2\n${VARS}`
/** The fleet with settings for w1, on line 4. */
const w1 = (settings: string) => FLEET.replace('x=1', settings)
/** The fleet with settings for all hosts, from line 8 on. */
const all = (settings: string) => `${FLEET}${settings}\n`

it.each([
  { text: FLEET, problems: [] },
  { text: '', problems: ['NO_HOSTS the inventory has no host'] },
  { text: VARS, problems: ['NO_HOSTS the inventory has no host'] },
  { text: `[worker]\nw1\n${VARS}`, problems: ['NO_DRIVER no host is in the group `driver`'] },
  {
    text: `spare\n${FLEET}`,
    problems: [`${AT}:1 NO_ROLE spare is in none of the groups driver and worker`],
  },
  {
    text: `${FLEET}[registry]\nr1\n`,
    problems: [`${AT}:9 NO_ROLE r1 is in none of the groups driver and worker`],
  },
  { text: `${FLEET}[registry]\nw1\nw2\n`, problems: [] },
  ...['workers', 'Workers', 'wroker', 'nodes', 'node', 'agent', 'k3s_agents'].map((group) => ({
    text: FLEET.replace('[worker]', `[${group}]`),
    problems: [
      `${AT}:3 NO_ROLE the group ${group} gives its machines no role: the groups are driver and worker`,
    ],
  })),
  ...['drivers', 'diver', 'masters', 'server', 'control_plane'].map((group) => ({
    text: FLEET.replace('[driver]', `[${group}]`),
    problems: [
      `${AT}:1 NO_ROLE the group ${group} gives its machines no role: the groups are driver and worker`,
    ],
  })),
  { text: w1('docker_repo='), problems: [`${AT}:4 BAD_VALUE docker_repo is empty`] },
  { text: all('http_port='), problems: [`${AT}:8 BAD_VALUE http_port is empty`] },
  {
    text: w1('ansible_host=10.0.0.1').replace('w2', 'w2 ansible_ssh_host=10.0.0.1'),
    problems: [`${AT}:5 SAME_ADDRESS w2 and w1 are both at 10.0.0.1:22`],
  },
  {
    text: w1('ansible_host=10.0.0.1').replace('w2', 'w2 ansible_host=10.0.0.1 ansible_port=2222'),
    problems: [],
  },
  { text: FLEET.replace('w1', 'w_1'), problems: [`${AT}:4 BAD_NAME w_1 cannot be the name of a K3s node`] },
  {
    text: `spare[1:300]\n${FLEET}`,
    problems: [`${AT}:1 NO_ROLE spare1 and 299 more are in none of the groups driver and worker`],
  },
  {
    text: FLEET.replace('w2', 'w_[1:300]'),
    problems: [`${AT}:5 BAD_NAME w_1 and 299 more cannot be names of K3s nodes`],
  },
  { text: FLEET.replace('w1', 'w1-'), problems: [`${AT}:4 BAD_NAME w1- cannot be the name of a K3s node`] },
  {
    text: w1('http_port=9000'),
    problems: [`${AT}:4 DIFFERS http_port is not the same for d1 and w1`],
  },
  {
    text: w1('convect_token=another-token'),
    problems: [`${AT}:4 DIFFERS convect_token is not the same for d1 and w1`],
  },
  { text: w1('convect_token=k3s_hub_token'), problems: [] },
  {
    text: FLEET.replace('d1', 'd1 jhub_config_path=a.yaml'),
    problems: [`${AT}:2 DIFFERS jhub_config_path is not the same for d1 and w1`],
  },
  { text: `${w1(`hub_admins='["ada","bob"]'`)}hub_admins=["ada", "bob"]\n`, problems: [] },
  { text: `${w1('hub_admins=ada,bob')}hub_admins=["ada", "bob"]\n`, problems: [] },
  {
    text: '[driver]\nd1\n',
    problems: [`${AT}:2 BAD_VALUE convect_token: a shared secret for the cluster is needed`],
  },
  {
    text: all('bundle_key=key.pub'),
    problems: [`${AT}:8 BAD_VALUE bundle_key=key.pub: an Ed25519 public key of ssh-keygen is needed`],
  },
  {
    text: all('hub_admins="ada bob"'),
    problems: [`${AT}:8 BAD_VALUE hub_admins="ada bob": names of users are needed, with commas between them`],
  },
  {
    text: all('hub_admins=[["ada"]]'),
    problems: [`${AT}:8 INVENTORY_NOT_TEXT a text is needed here, not a list or a mapping`],
  },
  {
    text: all('convect_token=K10abcdefabcdefabcdefabcdef'),
    problems: [
      `${AT}:8 BAD_VALUE convect_token: K3s takes no secret that begins with K10: its own full tokens do`,
    ],
  },
  {
    text: all('convect_token=fx954u.gilr93estsa067vz'),
    problems: [
      `${AT}:8 BAD_VALUE convect_token: this is a bootstrap token (k3s token generate), which K3s takes from agents only`,
    ],
  },
  { text: all('convect_token=fx954u.gilr93estsa067vzz'), problems: [] },
  {
    text: all('convect_token=short'),
    problems: [`${AT}:8 BAD_VALUE convect_token: at least 8 characters without blanks or colons are needed`],
  },
  {
    text: all('convect_token=has:a:colon'),
    problems: [`${AT}:8 BAD_VALUE convect_token: at least 8 characters without blanks or colons are needed`],
  },
  {
    text: all('convect_workdir=tmp/x'),
    problems: [`${AT}:8 BAD_VALUE convect_workdir=tmp/x: an absolute path without blanks is needed`],
  },
  { text: all('http_port=0'), problems: [`${AT}:8 BAD_VALUE http_port=0: a port is from 1 to 65535`] },
  {
    text: all('https_port=70000'),
    problems: [`${AT}:8 BAD_VALUE https_port=70000: a port is from 1 to 65535`],
  },
  { text: all('http_port=web'), problems: [`${AT}:8 BAD_VALUE http_port=web: a port number is needed`] },
  {
    text: all('http_port=6443\nhttps_port=10250'),
    problems: [
      `${AT}:8 PORT_CLASH http_port=6443: K3s needs this port (Kubernetes API)`,
      `${AT}:9 PORT_CLASH https_port=10250: K3s needs this port (kubelet)`,
    ],
  },
  ...[2379, 2380, 6444, 10010, 10248, 10249, 10256, 10257, 10258, 10259].map((port) => ({
    text: all(`http_port=${port}`),
    problems: [expect.stringContaining(`${AT}:8 PORT_CLASH http_port=${port}: K3s needs this port`)],
  })),
  { text: all('http_port=5000\nhttps_port=8472'), problems: [] },
  {
    text: all('https_port=5000\n[registry]\nw1'),
    problems: [`${AT}:8 PORT_CLASH https_port=5000 is the port of the image registry on w1`],
  },
  {
    text: all('http_port=8080\nhttps_port=8080'),
    problems: [`${AT}:9 PORT_CLASH http_port and https_port are both 8080`],
  },
  { text: all('http_port=443'), problems: [`${AT}:8 PORT_CLASH http_port and https_port are both 443`] },
  { text: all('http_port=22'), problems: [`${AT}:8 PORT_CLASH http_port=22 is the port of ssh on d1`] },
  {
    text: `${w1('ansible_port=2222')}http_port=2222\n`,
    problems: [`${AT}:8 PORT_CLASH http_port=2222 is the port of ssh on w1`],
  },
  {
    text: w1('ansible_port=443'),
    problems: [`${AT}:4 PORT_CLASH https_port=443 is the port of ssh on w1`],
  },
  {
    text: FLEET.replace('d1', 'd1 http_port=22').replace('convect_token=k3s_hub_token', 'x=1'),
    problems: [
      `${AT}:6 BAD_VALUE convect_token: a shared secret for the cluster is needed`,
      `${AT}:2 DIFFERS http_port is not the same for d1 and w1`,
      `${AT}:2 PORT_CLASH http_port=22 is the port of ssh on d1`,
    ],
  },
  { text: w1('has_gpu=maybe'), problems: [`${AT}:4 BAD_VALUE has_gpu=maybe: true or false is needed`] },
  {
    text: w1('my_iface="eth1; reboot"'),
    problems: [
      `${AT}:4 BAD_VALUE my_iface=eth1; reboot: the name of a network interface is needed, such as eth1`,
    ],
  },
  {
    text: w1('docker_repo=mirror.lan/ubuntu'),
    problems: [`${AT}:4 BAD_VALUE docker_repo=mirror.lan/ubuntu: an http:// or https:// address is needed`],
  },
  {
    text: `spare\n[driver]\nd1\n[worker]\nw1 my_iface=a/b\nw2 has_gpu=2\n${VARS}http_port=x\n`,
    problems: [
      `${AT}:1 NO_ROLE spare is in none of the groups driver and worker`,
      `${AT}:5 BAD_VALUE my_iface=a/b: the name of a network interface is needed, such as eth1`,
      `${AT}:6 BAD_VALUE has_gpu=2: true or false is needed`,
      `${AT}:9 BAD_VALUE http_port=x: a port number is needed`,
    ],
  },
])('$text: $problems', ({ text, problems }) => {
  expect(problemsOf(text).toSorted()).toEqual(problems.toSorted())
})

it.each([
  { w1: '[ada]', problems: ['inv.yml:6 DIFFERS hub_admins is not the same for d1 and w1'] },
  { w1: 'ada', problems: ['inv.yml:6 DIFFERS hub_admins is not the same for d1 and w1'] },
  { w1: '[ada, bob]', problems: [] },
  { w1: 'ada,bob', problems: [] },
])('hub_admins as a list for all hosts, and $w1 for one host', ({ w1, problems }) => {
  const text = `
driver: {hosts: {d1: }}
worker:
  hosts:
    w1:
      hub_admins: ${w1}
all:
  vars: {convect_token: k3s_hub_token, hub_admins: [ada, bob]}
`
  expect(problemsOf(text, 'inv.yml')).toEqual(problems)
})
