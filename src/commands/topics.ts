/** What `convecthub help TOPIC` explains: each is a page of docs/ by the same name. */
export const TOPICS = {
  inventory: 'write an inventory, and what differs from Ansible',
  variables: 'the variables that mean something, and their defaults',
  connections: 'how convecthub logs in: keys, jump hosts, host keys',
  bundle: 'the folder of artifacts, and how it is made',
  'air-gap': 'a site without internet: what to bring along',
  operations: 'change, upgrade and uninstall; logs and the kubeconfig',
  security: 'what is trusted, what lies where, open ports',
  json: '--output json: the events and their fields',
  'exit-codes': 'what each exit code means',
  troubleshooting: 'every error, finding and warning',
} as const satisfies Record<string, string>
