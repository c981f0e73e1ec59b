import type { Pages } from './page.ts'

/** Pages for an inventory that can be read, but does not make a cluster. No machine was contacted. */
export const CLUSTER_PAGES = {
  NO_INVENTORY: {
    means: 'No inventory was named, and there is no ./inv.toml that could be read by default.',
    causes:
      'The wrong folder; or the file or its folder belongs to somebody else or others may write to it, so that it is not trusted unnamed.',
    fix: 'Name it with `-i FILE`, or make one with `convecthub init`.',
  },
  NO_HOSTS: {
    means: 'The inventory has no host.',
    causes: 'An empty file, or only groups and variables.',
    fix: 'Write one line for each machine, as `convecthub help inventory` shows.',
  },
  NO_DRIVER: {
    means: 'No host is in the group `driver`, so nothing would run the control plane of the cluster.',
    causes: 'The group is misspelt, or empty.',
    fix: 'Put one machine under [driver] (the name [master] means the same), or three to survive the loss of one.',
  },
  NO_ROLE: {
    means: 'A host is in none of the groups driver and worker.',
    causes: 'A misspelt group, or a machine that was listed but put nowhere.',
    fix: 'Put it under [driver] or [worker], or take its line out.',
  },
  BAD_NAME: {
    means: 'A host has a name that no node of K3s can have.',
    causes: 'An underscore or another sign than letters, digits, `-` and `.`.',
    fix: 'Give it another name, and its address as ansible_host: `gpu-1 ansible_host=gpu_1.lan`.',
  },
  BAD_VALUE: {
    means: 'A variable has a value that it cannot have.',
    causes: 'A typing mistake, such as `has_gpu=ture`, or a needed variable (convect_token) that is missing.',
    fix: 'Correct it at the place that the error names. `convecthub help variables` lists the values.',
  },
  BECOME: {
    means:
      'The inventory or ansible.cfg asks for another way to become root than sudo, or for another user than root.',
    causes: 'ansible_become_method=su, or ansible_become_user with another name.',
    fix: 'convecthub uses sudo and must be root on the machines: write that, or take the line out.',
  },
  DIFFERS: {
    means: 'A setting of the whole cluster has different values for two hosts.',
    causes: 'It stands in a host line or in group_vars of one group only.',
    fix: 'Put it under [all:vars], once.',
  },
  PORT_CLASH: {
    means:
      'A port of the hub is already the other one, one that K3s needs, or that of ssh. K3s would take it over on every machine and could lock you out.',
    causes: 'http_port or https_port was set to 22, 6443, 10250 or the like.',
    fix: 'Choose other ports, such as http_port=8080 and https_port=8443.',
  },
  SAME_ADDRESS: {
    means: 'Two hosts of the inventory are the same machine: address and port are equal.',
    causes: 'A line that was copied and not changed.',
    fix: 'Correct ansible_host of one of them, or take it out.',
  },
  SAME_NAME: {
    means: 'Two hosts would be the same node of the cluster: their names differ only in capitals.',
    causes: 'Node names are lower case in Kubernetes.',
    fix: 'Rename one of them.',
  },
  SSH_OPTION: {
    means: 'An ssh option in ansible_ssh_common_args or its like is wrong or not supported.',
    causes:
      'A misspelt option, or one for which convecthub has no match, such as `-w`. In an INI host line, a value with blanks without quotes is split.',
    fix: "Correct it, or take it out. Put several options in quotes: ansible_ssh_common_args='-o ProxyJump=gate'.",
  },
} as const satisfies Pages
