import type { WarningCode } from '../error-codes.ts'
import type { ConvecthubError, Origin } from '../errors.ts'

/** A value as Ansible types it. A `bigint` is an integer that a double cannot hold; `Float` keeps Python's `1.0`. */
export type Value = null | boolean | number | bigint | string | Float | Value[] | { [key: string]: Value }

/** A Python float, apart from an integer of the same worth: `1.0` lists as `1.0`, not as `1`. */
export class Float {
  readonly number: number
  constructor(number: number) {
    this.number = number
  }
}

/**
 * One variable: its typed value, the text as written (outer quotes and comment gone; undefined for YAML
 * collections), and where.
 */
export interface Setting {
  value: Value
  raw: string | undefined
  origin: Origin
  /** It came out of an ansible-vault: never show the value. */
  secret?: true
  /** What a listing shows instead of the value: inline vaulted texts stay encrypted, as in ansible-inventory. */
  shown?: Value
}

/** Variables by name, in the order in which they were first set. */
export type Vars = ReadonlyMap<string, Setting>

/** One host of the inventory, with everything that applies to it. */
export interface Host {
  name: string
  /** Where the host is first named. */
  origin: Origin
  /** All groups, the nearest last as Ansible applies them; without `all`. */
  groups: readonly string[]
  /** The merged variables in Ansible's precedence, extra variables included. */
  vars: Vars
}

/** One group as it is written. */
export interface Group {
  name: string
  origin: Origin
  /** Only its own hosts; those of its children are in the children. */
  hosts: readonly string[]
  children: readonly string[]
  /** Its variables from the inventory, then from `group_vars/`. */
  vars: Vars
  /** The longest way from `all`, which has 0. */
  depth: number
  /** `ansible_group_priority`, 1 unless set in the inventory. */
  priority: number
}

/** Something legal that is probably not meant: told, not refused. */
export interface Warning {
  code: WarningCode
  message: string
  origin: Origin
  hint?: string
}

/** What all sources together say. */
export interface Inventory {
  /** The `-i` values as given. */
  sources: readonly string[]
  hosts: ReadonlyMap<string, Host>
  /** `all` and `ungrouped` are always there. */
  groups: ReadonlyMap<string, Group>
  warnings: readonly Warning[]
  /** Read as Ansible reads it, without a word, though nobody can mean it: shown by listings, refused by all else. */
  strictErrors: readonly ConvecthubError[]
}
