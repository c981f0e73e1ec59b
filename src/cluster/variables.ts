import { z } from 'zod'
import { STATE } from '../layout.ts'

/** Ansible's words for true and false (its `bool` filter and option type). */
const flag = z
  .string()
  .toLowerCase()
  .refine((text) => /^(true|false|yes|no|on|off|y|n|t|f|1|0)$/.test(text), 'true or false is needed')
  .transform((text) => /^(true|yes|on|y|t|1)$/.test(text))

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'a port number is needed')
  .transform(Number)
  .refine((number) => number >= 1 && number <= 65535, 'a port is from 1 to 65535')

const url = z
  .string()
  .regex(/^https?:\/\/[\w.-]+(:\d+)?(\/[\w./~%+-]*)?$/, 'an http:// or https:// address is needed')

const names = z
  .string()
  .transform((text) => [...new Set(text.split(',').map((name) => name.trim()))].filter(Boolean))
  .refine(
    (all) => all.every((name) => /^[\p{L}\p{N}_.@+-]+$/u.test(name)),
    'names of users are needed, with commas between them',
  )

/** Settings that may differ from host to host. Each takes the text as written in the inventory. */
export const HOST_VARIABLES = z.object({
  my_iface: z
    .string()
    .regex(/^[\w.:@-]{1,15}$/, 'the name of a network interface is needed, such as eth1')
    .optional()
    .describe(
      'The network interface on the private network; left out: the one that carries the address of the SSH connection, else of the default route',
    ),
  has_gpu: flag.default(false).describe('The machine has an NVIDIA GPU that notebooks may use'),
  install_nvidia_driver: flag
    .default(true)
    .describe(
      'Install the NVIDIA driver (on Ubuntu) and container toolkit where has_gpu; false: they are there already. The toolkit comes from the package repository of NVIDIA, which apt on the machine must have',
    ),
  install_docker: flag.default(true).describe('Install Docker; false: leave the machine as it is'),
  apt_repo: z
    .enum(['bundle'], 'bundle is needed, or nothing')
    .optional()
    .describe(
      'Where packages come from. bundle: only from the packages in the bundle, without any mirror; docker_repo is not used then. Left out: from the package sources that apt on the machine has',
    ),
  docker_repo: url
    .optional()
    .describe(
      'Mirror of the Docker package repository, such as https://mirror.lan/linux/ubuntu; a source for it that apt on the machine has already is used as it is; left out: docker-ce where apt knows it, else docker.io',
    ),
  docker_key: z
    .string()
    .transform((text) => text.replaceAll(/[\s:]/g, '').toUpperCase())
    .refine(
      (text) => /^[0-9A-F]{40}$/.test(text),
      'the fingerprint of an OpenPGP key is needed, 40 hex digits, as gpg --show-keys prints it',
    )
    .default('9DC858229FC7DD38854AE2D88D81803C0EBFCD88')
    .describe(
      "Fingerprint of the key that signs docker_repo's packages, which is fetched from docker_repo/gpg; left out: Docker's own",
    ),
})
export type HostSettings = z.infer<typeof HOST_VARIABLES>

/** Settings of the whole cluster; they must be the same on all hosts, so they belong under [all:vars]. */
export const CLUSTER_VARIABLES = z.object({
  convect_token: z
    .string({ error: 'a shared secret for the cluster is needed' })
    .regex(/^[^\s:]{8,}$/, 'at least 8 characters without blanks or colons are needed')
    // with such a token K3s exits at start: "failed to normalize server token" (K3s docs, cli/token)
    .regex(/^(?!K10)/, 'K3s takes no secret that begins with K10: its own full tokens do')
    .regex(
      /^(?![a-z0-9]{6}\.[a-z0-9]{16}$)/,
      'this is a bootstrap token (k3s token generate), which K3s takes from agents only',
    )
    .describe(
      "The secret with which machines join the cluster; keep it, it also protects the cluster's data",
    ),
  convect_workdir: z
    .string()
    .regex(/^(?!.*\/\.\.?(\/|$))\/[\w./-]+$/, 'an absolute path without blanks is needed')
    .transform((path) => path.replaceAll(/\/{2,}/g, '/').replace(/(.)\/$/, '$1'))
    .default(STATE)
    .describe(
      `Where on the machines a folder for root alone is made, with a random name, for what a run needs; where there is no such place or others may change it, in the nearest folder above it. Left out: inside of ${STATE}`,
    ),
  jhub_config_path: z
    .string()
    .optional()
    .describe(
      "YAML values for the JupyterHub chart, merged over the defaults; a relative path counts from the inventory's folder, and a file elsewhere must be your own. Where it names no authenticator, everybody logs in with one password, which `convecthub hub password` shows. Notebooks reach the hub, DNS and the internet, but no private address, unless `singleuser.networkPolicy` in it says otherwise",
    ),
  hub_admins: names
    .optional()
    .describe(
      "Users who are admins of the hub: a list, or names with commas between them; left out: nobody. Taking a name out does not take the rights from somebody who has logged in: do that on the hub's admin page",
    ),
  bundle_key: z
    .string()
    .regex(
      // 68 letters: the type, then 32 bytes of key (RFC 8709)
      /^(ssh-ed25519 +)?AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}( .*)?$/,
      'an Ed25519 public key of ssh-keygen is needed',
    )
    .optional()
    .describe(
      'Public key of whoever makes the bundle; a bundle that is not signed with it is refused. `convecthub bundle sign` prints it',
    ),
  http_port: port.default(80).describe('Port of ConvectHub over http'),
  https_port: port.default(443).describe('Port of ConvectHub over https'),
})
/** What to write instead of a wrong or missing value. */
export const HINTS: Readonly<Record<keyof HostSettings | keyof ClusterSettings, string>> = {
  my_iface: 'my_iface=eth1, for example; `ip address` on the machine lists them',
  has_gpu: 'has_gpu=true or has_gpu=false',
  install_nvidia_driver: 'install_nvidia_driver=true or install_nvidia_driver=false',
  install_docker: 'install_docker=true or install_docker=false',
  apt_repo: 'apt_repo=bundle, or no apt_repo at all',
  docker_repo: 'docker_repo=https://mirror.lan/linux/ubuntu, for example',
  docker_key: 'gpg --show-keys FILE prints it',
  convect_token: 'a good one is made by: openssl rand -hex 24',
  convect_workdir: 'convect_workdir=/var/tmp/convecthub, for example',
  jhub_config_path: 'jhub_config_path=jupyterhub.yaml, for example',
  hub_admins: 'hub_admins=ada,bob, for example',
  bundle_key: "bundle_key='ssh-ed25519 AAAA…', the first two words of a .pub file",
  http_port: 'http_port=8080, for example',
  https_port: 'https_port=8443, for example',
}

/** Variables whose value may also be a list. */
export const LIST_VARIABLES: readonly string[] = [
  'hub_admins',
] satisfies (keyof typeof CLUSTER_VARIABLES.shape)[]

export type ClusterSettings = z.infer<typeof CLUSTER_VARIABLES>

/** The variables that convecthub understands, without those that say how a host is connected to. */
export const KNOWN_VARIABLES: readonly string[] = [
  ...Object.keys(HOST_VARIABLES.shape),
  ...Object.keys(CLUSTER_VARIABLES.shape),
  'ansible_become',
  'ansible_group_priority',
  'ansible_python_interpreter',
  'ansible_shell_type',
  'ansible_ssh_pipelining',
  'ansible_ssh_retries',
  'ansible_ssh_transfer_method',
]
