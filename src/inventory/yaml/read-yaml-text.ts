import { resolve } from 'node:path'
import type { Files } from '../files.ts'
import { problem } from '../problems.ts'
import { decodeText } from '../source-lines.ts'
import { isVaulted, type OpenVault } from '../vault/vault-opener.ts'
import { parseYaml, type YamlFile } from './yaml-file.ts'

/** What is needed to read files that may be encrypted by ansible-vault. */
export interface VaultedReading {
  cwd: string
  files: Files
  openVault: OpenVault
  /** Gets the text of every file that is not encrypted, so that errors can show lines of it. */
  texts?: Map<string, string>
}

/** Reads a text file and decrypts it if all of it is encrypted by ansible-vault. */
export function readText(
  file: string,
  { cwd, files, openVault, texts }: VaultedReading,
  decode: (bytes: Uint8Array, file: string) => string = decodeText,
): { text: string; vaulted: boolean } {
  const bytes = files.read(resolve(cwd, file))
  if (bytes === undefined) throw problem('INVENTORY_NOT_FOUND', 'there is no such file', { origin: { file } })
  const text = decode(bytes, file)
  if (!isVaulted(text)) {
    texts?.set(file, text)
    return { text, vaulted: false }
  }
  return { text: openVault(text, { file }), vaulted: true }
}

/** Reads, decrypts if necessary, and parses a YAML or JSON file. */
export function readYamlText(file: string, context: VaultedReading): { yaml: YamlFile; vaulted: boolean } {
  const { text, vaulted } = readText(file, context)
  return { yaml: parseYaml(text, file), vaulted }
}
