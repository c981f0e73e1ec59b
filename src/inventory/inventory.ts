import type { WarningCode } from '../error-codes.ts'
import type { ConvecthubError, Origin } from '../errors.ts'

/** A value with the type that Ansible gives it. `bigint` is for integers that a double cannot represent exactly. */
export type Value = null | boolean | number | bigint | string | Float | Value[] | { [key: string]: Value }

/** A Python float. It is kept apart from integers, so that `1.0` is printed as `1.0` and not as `1`. */
export class Float {
  readonly number: number
  constructor(number: number) {
    this.number = number
  }
}

/**
 * One variable: its typed value, where it was written, and in `raw` the text as written, without outer quotes and
 * comment. `raw` is undefined for YAML collections.
 */
export interface Setting {
  value: Value
  raw: string | undefined
  origin: Origin
  /** The value was decrypted from an ansible-vault and must never be shown. */
  secret?: true
  /** What listings show in place of the value. As in ansible-inventory, inline vaulted texts stay encrypted. */
  shown?: Value
}

/** Variables by name, in the order of first assignment. */
export type Vars = ReadonlyMap<string, Setting>

/** A host with its groups and the variables that apply to it. */
export interface Host {
  name: string
  /** The first place that names the host. */
  origin: Origin
  /** The host's groups and their ancestors without `all`, in the order in which Ansible applies them: the last wins. */
  groups: readonly string[]
  /** The variables after merging by Ansible's precedence, `-e` included. */
  vars: Vars
}

/** A group as the sources define it. */
export interface Group {
  name: string
  origin: Origin
  /** The group's own hosts, without those of its children. */
  hosts: readonly string[]
  children: readonly string[]
  /** The group's own variables: from the inventory, overridden by `group_vars/`. */
  vars: Vars
  /** The length of the longest path from `all`, which has depth 0. */
  depth: number
  /** `ansible_group_priority`; 1 by default. */
  priority: number
}

/** Something valid that is probably a mistake. */
export interface Warning {
  code: WarningCode
  message: string
  origin: Origin
  /** The place in the file, as the text shows it. */
  evidence?: string
  hint?: string
}

/** The texts of the files that were read, by their names in origins. Files that are encrypted are left out. */
export type SourceTexts = ReadonlyMap<string, string>

/** The inventory that all sources together define. */
export interface Inventory {
  /** The `-i` values as given. */
  sources: readonly string[]
  hosts: ReadonlyMap<string, Host>
  /** Always contains `all` and `ungrouped`. */
  groups: ReadonlyMap<string, Group>
  warnings: readonly Warning[]
  /** Mistakes that Ansible silently accepts. Listings show them as warnings; every other command refuses them. */
  strictErrors: readonly ConvecthubError[]
  texts: SourceTexts
}
