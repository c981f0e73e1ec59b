import type { Pages } from './page.ts'

/** Pages for warnings that are not about the text of an inventory. */
export const WARNING_PAGES = {
  BOTH_ROLES: {
    means: 'A machine is listed as a driver and as a worker. It becomes a driver.',
    causes: 'The machine was moved from one group to the other, and the old line stayed.',
    fix: 'Take it out of [worker], or out of [driver].',
  },
  EVEN_DRIVERS: {
    means: 'An even number of drivers survives no more failures than one driver less.',
    causes:
      'Two drivers look safer than one, but etcd needs more than half of them: two survive the loss of none.',
    fix: 'Use 1 driver, or 3.',
  },
  MISSPELT_HOST: {
    means: 'A group lists a host that has no line of its own, and its name is nearly that of another host.',
    causes: 'A misspelt name, which makes a new host without any variables, as in Ansible.',
    fix: 'Correct the name, or give the host a line with its ansible_host.',
  },
  SEVERAL_REGISTRIES: {
    means: 'The group [registry] has several machines. Only the first of them runs the image registry.',
    causes: 'An inventory that was written for another tool.',
    fix: 'Leave the machine in [registry] that the others should get images from.',
  },
  SAMPLE_TOKEN: {
    means:
      'convect_token is the one of an example that was published: everybody who reads that can join the cluster.',
    causes: 'The inventory was copied from documentation.',
    fix: 'Make one of your own before the first provision: `openssl rand -hex 24`.',
  },
  CONFIG_NOT_USED: {
    means: 'There is an ansible.cfg in this folder, but it is not read.',
    causes: 'Others may write to the file or to its folder, so that it could hold settings of somebody else.',
    fix: 'If it is yours, `chmod go-w` the file and the folder, or name it in ANSIBLE_CONFIG.',
  },
  READABLE_SECRET: {
    means: 'Other users of this computer can read a secret in the inventory, or a private key.',
    causes: 'The file has mode 0644, the usual one of new files.',
    fix: '`chmod 600 FILE`, or encrypt the value with ansible-vault.',
  },
  SHARED_ADMIN: {
    means:
      'The hub has one password for all, so everybody who knows it can log in under the name of an admin.',
    causes: 'hub_admins names admins, and the JupyterHub values name no authenticator.',
    fix: 'Name an authenticator in the values at jhub_config_path (LDAP, OAuth), which tells people apart.',
  },
  UNKNOWN_VARIABLE: {
    means: 'The inventory sets a variable that convecthub does not know and does not use.',
    causes: 'A misspelt name, or a variable for your other tools.',
    fix: 'Correct the name if the warning suggests one. Otherwise nothing needs to be done.',
  },
} as const satisfies Pages
