import type { ErrorCode, InventoryCode } from '../../src/error-codes.ts'

/** One case in which convecthub differs from Ansible. The table in the docs is generated from these rows. */
export interface Difference {
  case: string
  ansible: string
  convecthub: string
  /** The errors with which convecthub refuses the case; empty if it accepts the case but reads it differently. */
  codes: readonly ErrorCode[]
}

const doubted = (code: InventoryCode): { convecthub: string; codes: readonly ErrorCode[] } => ({
  convecthub: 'lists it as Ansible does, with a warning; refuses it, with file and line, everywhere else',
  codes: [code],
})

const refused = (code: InventoryCode): { convecthub: string; codes: readonly ErrorCode[] } => ({
  convecthub: 'refuses it, with file and line',
  codes: [code],
})

/** Every known difference between convecthub's inventory and ansible-core 2.14. */
export const DIFFERENCES: readonly Difference[] = [
  {
    case: 'a file with a wrong line',
    ansible: 'warns, keeps what stood before that line, and goes on with exit code 0',
    convecthub: 'refuses it and reports all wrong lines of all files at once',
    codes: [],
  },
  {
    case: 'a source or directory without inventory',
    ansible: 'warns and goes on without hosts',
    ...refused('INVENTORY_NOT_FOUND'),
  },
  {
    case: 'bytes that are not UTF-8 in a comment of an INI file',
    ansible: 'says nothing',
    convecthub: 'warns',
    codes: [],
  },
  {
    case: 'bytes that are not UTF-8 elsewhere',
    ansible: 'keeps broken characters in INI, refuses them in YAML',
    ...refused('INVENTORY_ENCODING'),
  },
  {
    case: 'a byte order mark at the start of an INI file',
    ansible: 'reads the first section header as a host and drops the file',
    convecthub: 'skips the mark',
    codes: [],
  },
  {
    case: 'a host and a group of one name',
    ansible: "gives the host's variables to the whole group",
    ...refused('INVENTORY_NAME_CLASH'),
  },
  {
    case: 'a name of a group with other characters than letters, digits and `_`',
    ansible: 'warns, and keeps it; `force_valid_group_names = ignore` in ansible.cfg keeps it silently',
    convecthub: 'lists it, with a warning; refuses it, with file and line, unless ansible.cfg says the same',
    codes: ['INVENTORY_GROUP_NAME'],
  },
  {
    case: 'two of `localhost`, `127.0.0.1` and `::1`',
    ansible: 'warns, and goes on',
    ...doubted('INVENTORY_LOCALHOST_TWICE'),
  },
  {
    case: 'a file of the name `group_vars` or `host_vars`',
    ansible: 'warns, and goes on without it',
    ...doubted('INVENTORY_VARS_FOLDER'),
  },
  {
    case: 'a `:port` behind something that is not a host name, such as `user@h1:22`',
    ansible: 'takes the whole text, port included, as the name of the host',
    ...doubted('INVENTORY_HOST_PATTERN'),
  },
  { case: 'a port of 0 or above 65535', ansible: 'accepts it, or ignores 0', ...doubted('INVENTORY_PORT') },
  {
    case: 'a range of numbers that counts backwards',
    ansible: 'gives no host, silently',
    ...doubted('INVENTORY_RANGE'),
  },
  {
    case: 'a range in several letters or with a sign, or of more than 100000 hosts',
    ansible: 'gives hosts that nobody meant, silently',
    ...refused('INVENTORY_RANGE'),
  },
  {
    case: 'a line that starts with `[` and has no `]`',
    ansible: 'tries to read a host, which fails unless the line has a `|`',
    ...refused('INVENTORY_SECTION'),
  },
  {
    case: 'a value that JSON cannot hold: a set, complex number, Ellipsis, bytes in a list, infinity',
    ansible: 'ends with an exception when it lists the host, or prints what is not JSON',
    ...refused('INVENTORY_VALUE'),
  },
  {
    case: 'a `\\N{name}` escape in a quoted value',
    ansible: 'replaces it with the character of that name',
    ...refused('INVENTORY_VALUE'),
  },
  {
    case: 'a key that is twice in one YAML mapping',
    ansible: 'warns and keeps the last',
    ...refused('INVENTORY_DUPLICATE_KEY'),
  },
  {
    case: 'a YAML block of lines without text',
    ansible: 'keeps blanks that reach further than its indentation',
    convecthub: 'reads an empty text, or refuses it with file and line',
    codes: [],
  },
  {
    case: 'an empty line behind a line that ends in `\\`, in double quotes in YAML',
    ansible: 'keeps one line break more than YAML 1.2 does',
    convecthub: 'follows YAML 1.2',
    codes: [],
  },
  {
    case: 'an anchor with a colon at its end, `&name:`, in YAML',
    ansible: 'reads an empty key behind the anchor',
    convecthub: 'refuses it, with file and line',
    codes: [],
  },
  {
    case: '`!unsafe` before a list or mapping in YAML',
    ansible: 'marks its texts, and loses the mappings in a list',
    convecthub: 'refuses it, with file and line',
    codes: [],
  },
  {
    case: 'an unexpected key, or a group that is not a mapping, in a YAML inventory',
    ansible: 'warns and leaves out what is below it',
    ...refused('INVENTORY_STRUCTURE'),
  },
  {
    case: 'the configuration of an inventory plugin',
    ansible: 'runs the plugin',
    ...refused('INVENTORY_STRUCTURE'),
  },
  {
    case: 'an inventory in TOML',
    ansible: 'reads it when the Python package toml is installed',
    ...refused('INVENTORY_TOML'),
  },
  {
    case: 'a file that ansible reads as YAML first and as INI second',
    ansible: 'tries both and tells the errors of both',
    convecthub: 'decides once, by the extension and the first line',
    codes: [],
  },
  {
    case: 'an inventory script that prints no `_meta.hostvars`',
    ansible: 'runs the script again for each host',
    ...refused('INVENTORY_SCRIPT'),
  },
  {
    case: 'an inline vaulted value without a password',
    ansible: 'fails only when the value is used',
    ...refused('INVENTORY_VAULT_PASSWORD'),
  },
  {
    case: 'vaulted values in `--graph --vars`',
    ansible: 'prints them in clear',
    convecthub: 'prints ***',
    codes: [],
  },
  {
    case: 'a word of `-e` that is not `key=value`',
    ansible: 'drops it into a variable `_raw_params`',
    ...refused('INVENTORY_EXTRA_VARS'),
  },
  {
    case: 'a part of `--limit` that matches nothing',
    ansible: 'warns, or says nothing, and goes on',
    ...refused('INVENTORY_LIMIT'),
  },
  {
    case: '`~` without a regular expression in `--limit`',
    ansible: 'matches everything',
    ...refused('INVENTORY_LIMIT'),
  },
  {
    case: 'a number where a text is meant: a version `1.30`, a password `1e3`',
    ansible: 'uses 1.3 and 1000.0',
    convecthub: 'uses the text as written; listings show what Ansible shows',
    codes: [],
  },
  {
    case: 'a template in a setting that convecthub uses',
    ansible: 'evaluates any Jinja2 expression',
    convecthub: 'replaces plain references such as {{ ip }} and refuses everything else',
    codes: ['INVENTORY_TEMPLATE'],
  },
  {
    case: 'a become method other than sudo, or a become user other than root',
    ansible: 'becomes that user in that way',
    convecthub: 'refuses it, with file and line: it works as root',
    codes: ['BECOME'],
  },
  {
    case: '`ansible_become=false`',
    ansible: 'works as the user who logged in',
    convecthub: 'becomes root all the same',
    codes: [],
  },
  {
    case: 'an option in `ansible_ssh_common_args` and the like that convecthub does not have',
    ansible: 'hands it to ssh',
    convecthub: 'refuses it, with file and line',
    codes: ['SSH_OPTION'],
  },
  {
    case: 'several vault passwords, with or without vault ids',
    ansible: 'tries them one after the other',
    convecthub: 'takes one password a run',
    codes: [],
  },
  {
    case: 'neither `-i` nor an inventory in ansible.cfg',
    ansible: 'reads /etc/ansible/hosts',
    convecthub: 'reads ./inv.toml',
    codes: ['NO_INVENTORY'],
  },
  {
    case: 'environment variables `ANSIBLE_…` besides `ANSIBLE_CONFIG` and `ANSIBLE_VAULT_PASSWORD_FILE`',
    ansible: 'reads them before ansible.cfg',
    convecthub: 'does not look at them',
    codes: [],
  },
  {
    case: 'an ansible_host with a port, such as 10.0.0.3:2222',
    ansible: 'takes all of it for the name of the host',
    ...refused('INVENTORY_ADDRESS'),
  },
  {
    case: '`ansible_ssh_common_args=-o Option=x` without quotes on the line of a host',
    ansible: 'gives ssh a lone -o',
    ...refused('INVENTORY_SSH_ARGS'),
  },
  { case: 'an empty ansible_host', ansible: 'connects to an empty address', ...refused('INVENTORY_ADDRESS') },
]
