import type { Pages } from './page.ts'

/** Pages for what an inventory says: hosts, groups, variables, vaults and --limit. No machine was contacted. */
export const INVENTORY_PAGES = {
  INVENTORY_ADDRESS: {
    means: 'The address of a host is empty.',
    causes: 'ansible_host= with nothing behind it, often by a template.',
    fix: 'Give the address, or leave the variable out: the name of the host then counts.',
  },
  INVENTORY_CONNECTION: {
    means: 'ansible_connection names a way to connect that convecthub does not have.',
    causes: 'winrm, docker or another plugin of Ansible.',
    fix: 'Write ssh, or local for this very computer.',
  },
  INVENTORY_GROUP_LOOP: {
    means: 'Groups are children of each other in a circle.',
    causes: 'A group is, over some steps, its own child.',
    fix: 'Remove one of the lines under :children that form the circle.',
  },
  INVENTORY_GROUP_NAME: {
    means: 'The name of a group has other signs than letters, digits and _.',
    causes: 'A dash or a dot; Ansible warns about these, or renames the group.',
    fix: 'Rename it, or write force_valid_group_names = ignore under [defaults] of ansible.cfg.',
  },
  INVENTORY_HOST_KEY_CHECKING: {
    means: 'The variable that switches the check of host keys is neither yes nor no.',
    causes: 'A typing mistake in ansible_host_key_checking or ansible_ssh_host_key_checking.',
    fix: 'Write yes or no. Better leave it out: `convecthub ping --enroll` makes all hosts known.',
  },
  INVENTORY_HOST_PATTERN: {
    means: 'The name of a host cannot be read.',
    causes: 'A user before an @, a colon without a port, or signs that belong to YAML.',
    fix: 'Write host, host:22, 2001:db8::1 or [2001:db8::1]:22; the user goes into ansible_user.',
  },
  INVENTORY_LIMIT: {
    means: 'A part of `--limit` cannot be read or selects no host.',
    causes: 'A misspelt host or group, or a host that has been taken out of the inventory.',
    fix: '`convecthub inventory --graph` lists hosts and groups. Parts are joined by commas; `:&` means both, `:!` means without.',
  },
  INVENTORY_LIMIT_FILE: {
    means: 'The file of `--limit @FILE` is missing, or is a folder.',
    causes: 'A wrong path; it counts from the current folder.',
    fix: 'Write one host, group or pattern on each line of it.',
  },
  INVENTORY_LOCALHOST_TWICE: {
    means: 'localhost and another name for it are both hosts, and would be the same machine.',
    causes: 'localhost beside 127.0.0.1 or ::1.',
    fix: 'Keep one of them.',
  },
  INVENTORY_NAME_CLASH: {
    means:
      'A name is both a host and a group, and Ansible gives the variables of the host to the whole group.',
    causes: 'A host called worker or driver, or a group called like its only host.',
    fix: 'Rename one of them.',
  },
  INVENTORY_NOT_TEXT: {
    means: 'A variable is a list or a mapping where a text is needed.',
    causes: 'YAML read the value as one: [..] and {..} without quotes.',
    fix: 'Put the value in quotes, or write a single text.',
  },
  INVENTORY_NO_HOST: {
    means: 'There is no host of this name in the inventory.',
    causes: 'A misspelt name, or another inventory than you think.',
    fix: '`convecthub inventory --graph` lists the hosts.',
  },
  INVENTORY_PORT: {
    means: 'The port of ssh is not a number from 1 to 65535.',
    causes: 'A word or a template in ansible_port, or an address with more after its colon.',
    fix: 'Write ansible_port=22, or leave it out.',
  },
  INVENTORY_PRIORITY: {
    means: 'ansible_group_priority is not a whole number.',
    causes: 'A text or a fraction.',
    fix: 'Write a whole number: the higher wins among groups of the same depth, and the default is 1.',
  },
  INVENTORY_RANGE: {
    means: 'A range of hosts such as web[01:20] cannot be read.',
    causes: 'No end, the end before the begin, letters and digits mixed, or too many hosts.',
    fix: 'Write [begin:end] or [begin:end:step], such as worker[1:9] or node[a:f].',
  },
  INVENTORY_SSH_ARGS: {
    means: 'The ssh arguments of a host have a quote or a backslash without its end.',
    causes: 'Two layers of quotes, of the inventory and of ssh, of which one is not closed.',
    fix: "Write them in one pair of quotes: ansible_ssh_common_args='-o ProxyJump=gate'.",
  },
  INVENTORY_TEMPLATE: {
    means: 'A value has a template that convecthub does not fill in.',
    causes:
      'Filters, expressions or lookups of Jinja, a variable that the host does not have, or variables that lead to one another in a circle.',
    fix: 'Only {{ name }} is replaced by the variable of that name. Write the value itself, or define the variable.',
  },
  INVENTORY_UNDEFINED_GROUP: {
    means: 'A section with :vars or :children is for a group that is defined nowhere.',
    causes: 'A misspelt group, such as [workers:vars] beside [worker].',
    fix: 'Correct the name, or add [group].',
  },
  INVENTORY_VALUE: {
    means: 'A value is of a kind that no setting can hold.',
    causes: 'In INI, a value that Python reads as a number, tuple or set; in YAML, a tag that is not known.',
    fix: 'Put the text in quotes; in INI in two layers of them, as the hint shows.',
  },
  INVENTORY_VAULT: {
    means: 'A vaulted text is damaged or of a kind that convecthub does not know.',
    causes: 'Lines are missing or wrapped, or it was not made by ansible-vault (AES256, version 1.1 or 1.2).',
    fix: '`ansible-vault view FILE` shows whether Ansible can open it. Otherwise encrypt it again.',
  },
  INVENTORY_VAULT_PASSWORD: {
    means: 'The inventory has vaulted values, and the vault password is missing or does not open them.',
    causes: 'No `--ask-vault-pass` or `--vault-password-file`, another password, or a text that was changed.',
    fix: 'Give the password by one of these options, or in a file that ANSIBLE_VAULT_PASSWORD_FILE names.',
  },
} as const satisfies Pages
