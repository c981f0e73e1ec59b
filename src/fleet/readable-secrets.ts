import { statSync } from 'node:fs'
import type { Inventory, Setting, Warning } from '../inventory/inventory.ts'
import { isSecretName } from '../inventory/mask-secrets.ts'
import { quote } from '../sh.ts'
import { expandHome, type Target } from '../transport/target.ts'

/** Warnings for inventory files with secrets that everybody can read, and for such keys that belong to another user. */
export function readableSecrets(
  { hosts, groups }: Pick<Inventory, 'hosts' | 'groups'>,
  targets: Iterable<Target>,
): Warning[] {
  const settings = [...groups.values(), ...hosts.values()].flatMap(({ vars }) => [...vars])
  const found = new Map<string, string>()
  for (const [name, setting] of settings) {
    const { file } = setting.origin
    if (isSecret(name, setting) && !found.has(file) && (statOf(file).mode & 0o004) !== 0)
      found.set(file, name)
  }
  const keys = new Set(
    [...targets].flatMap((target) => [target, ...target.jumps].flatMap(({ keyFiles }) => keyFiles)),
  )
  return [
    ...[...found].map(([file, name]) => warning(file, `everybody on this computer can read ${name} in it`)),
    ...[...keys]
      .filter((file) => {
        const { uid, mode } = statOf(expandHome(file))
        // readKeyFile() refuses those of the user
        return uid !== process.getuid?.() && (mode & 0o077) !== 0
      })
      .map((file) => warning(file, 'other users can read this private key')),
  ]
}

function warning(file: string, message: string): Warning {
  return { code: 'READABLE_SECRET', message, origin: { file }, hint: `chmod 600 ${quote(file)}` }
}

/** A vault-encrypted value may be world-readable, and a lone template only refers to another variable. */
function isSecret(name: string, { secret, value, raw }: Setting): boolean {
  const template = /^\{\{[^{}]*\}\}$/.test(raw?.trim() ?? '')
  return isSecretName(name) && !secret && !template && value !== null && value !== ''
}

/** Owner and permission bits of a file; no bits when it is not a file or cannot be inspected. */
function statOf(file: string): { uid: number; mode: number } {
  try {
    const stat = statSync(file)
    if (stat.isFile()) return { uid: stat.uid, mode: stat.mode & 0o777 }
  } catch {
    // whoever reads it says why it cannot
  }
  return { uid: 0, mode: 0 }
}
