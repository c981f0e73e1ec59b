import { pythonRepr } from './python/python-repr.ts'

/** A machine to write to the inventory. */
export interface MachineRecord {
  name: string
  address: string
  port: number | undefined
  role: 'driver' | 'worker'
  gpu: boolean
  iface: string | undefined
  /** What was found on the machine, or why it could not be examined. Written as comments. */
  notes: readonly string[]
}

/** A setting with its explanation. */
export interface SettingRecord {
  name: string
  value: string
  meaning: string
}

/** The content of a new inventory. */
export interface InventoryRecord {
  machines: readonly MachineRecord[]
  user: string | undefined
  keyFile: string | undefined
  /** Variables of the group `all`. */
  settings: readonly SettingRecord[]
  /** Further variables of `all`, commented out for the user to enable. */
  optional: readonly SettingRecord[]
}

/** The text of a new inv.toml with explaining comments, in Ansible's INI format. */
export function inventoryText({ machines, user, keyFile, settings, optional }: InventoryRecord): string {
  const named = (role: MachineRecord['role']) =>
    machines.filter((machine) => machine.role === role).map(({ name }) => name)
  return [
    '# Inventory of ConvectHub, made by `convecthub init`. After a change: convecthub inventory check',
    '# It holds the secret of the cluster, so only you may read it.',
    '',
    '# A machine a line: its name, how SSH reaches it, and its network interface on the private network (my_iface).',
    ...machines.flatMap((machine) => [...machine.notes.map((note) => comment(note)), machineLine(machine)]),
    '',
    '# The drivers run the K3s server. With three, the cluster survives the loss of one.',
    '[driver]',
    ...named('driver'),
    '',
    '# The workers run the notebooks.',
    '[worker]',
    ...named('worker'),
    '',
    '[all:vars]',
    ...(user === undefined ? [] : [`ansible_user=${literal(user)}`]),
    ...(keyFile === undefined ? [] : [`ansible_ssh_private_key_file=${literal(keyFile)}`]),
    ...settings.flatMap(({ name, value, meaning }) => [comment(meaning), `${name}=${literal(value)}`]),
    '',
    '# To set one of these, take the # away; the value shown is the default, or an example.',
    ...optional.flatMap(({ name, value, meaning }) => [comment(meaning), `#${name}=${value}`]),
    '',
  ].join('\n')
}

function machineLine({ name, address, port, gpu, iface }: MachineRecord): string {
  return [
    name,
    `ansible_host=${address}`,
    ...(port === undefined ? [] : [`ansible_port=${port}`]),
    ...(iface === undefined ? [] : [`my_iface=${iface}`]),
    ...(gpu ? ['has_gpu=true'] : []),
  ].join(' ')
}

/** A comment of one line: line breaks in the text become blanks. */
function comment(text: string): string {
  return `# ${text.replaceAll(/\s+/g, ' ').trim()}`
}

/** A value for [all:vars], quoted if Ansible would not read the unquoted text as this string. */
function literal(text: string): string {
  const plain = /^[\w./~@:+-]+$/.test(text) && /[A-Za-z/~]/.test(text) && !/^(None|True|False)$/.test(text)
  return plain ? text : pythonRepr(text)
}
