import { statSync } from 'node:fs'
import type { Inventory, Setting, Warning } from '../inventory/inventory.ts'
import { expandHome, type Target } from '../transport/target.ts'

/** Names of variables whose values are secret. */
const SECRET = /pass|token|secret/i

/** Warnings of inventory files with secrets in them that everybody on this computer can read, and of open keys. */
export function readableSecrets(
  { hosts, groups }: Pick<Inventory, 'hosts' | 'groups'>,
  targets: Iterable<Target>,
): Warning[] {
  const settings = [...groups.values(), ...hosts.values()].flatMap(({ vars }) => [...vars])
  const found = new Map<string, string>()
  for (const [name, setting] of settings) {
    const { file } = setting.origin
    if (isSecret(name, setting) && !found.has(file) && isOpen(file, 0o004)) found.set(file, name)
  }
  const keys = new Set([...targets].flatMap(({ keyFiles }) => keyFiles))
  return [
    ...[...found].map(([file, name]) => warning(file, `everybody on this computer can read ${name} in it`)),
    ...[...keys]
      .filter((file) => isOpen(expandHome(file), 0o077))
      .map((file) =>
        warning(file, 'others on this computer can read this private key; ssh would not use it'),
      ),
  ]
}

function warning(file: string, message: string): Warning {
  return { code: 'READABLE_SECRET', message, origin: { file }, hint: `chmod 600 ${file}` }
}

/** What ansible-vault has encrypted may be read by anybody. */
function isSecret(name: string, { secret, value }: Setting): boolean {
  return SECRET.test(name) && !secret && value !== null && value !== ''
}

function isOpen(file: string, bits: number): boolean {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat?.isFile() === true && (stat.mode & bits) !== 0
}
