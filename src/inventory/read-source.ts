import { dirname, join, resolve } from 'node:path'
import type { ConvecthubError } from '../errors.ts'
import { decodeSource } from './decode-source.ts'
import { readHostList } from './host-list.ts'
import { readIniSource } from './ini/ini-source.ts'
import type { InventoryBuilder } from './inventory-builder.ts'
import { collect, problem } from './problems.ts'
import { compareText } from './python/python-text.ts'
import { readScriptOutput } from './script-source.ts'
import { looksLikeToml, sourceKind } from './source-kind.ts'
import { decodeText } from './source-lines.ts'
import { readText, type VaultedReading } from './yaml/read-yaml-text.ts'
import { parseYaml } from './yaml/yaml-file.ts'
import { readYamlSource } from './yaml/yaml-source.ts'

/** Names that Ansible ignores in an inventory directory (rules.md §8). */
const IGNORED =
  /^\.|^(?:host_vars|group_vars|vars_plugins)$|(?:\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|ini|cfg|retry)|~)$/

/**
 * Reads one `-i` value. Returns the folder in which to look for its `group_vars/` and `host_vars/`; undefined for a
 * host list, which has none.
 * @throws INVENTORY_NOT_FOUND when there is no such source.
 */
export function readSource(
  builder: InventoryBuilder,
  source: string,
  context: VaultedReading,
  problems: ConvecthubError[],
): string | undefined {
  const kind = context.files.kind(resolve(context.cwd, source))
  if (kind === undefined && source.includes(',')) {
    readHostList(builder, source, problems)
    return undefined
  }
  if (kind === undefined) {
    const hint = 'give a file, a directory, or hosts with a comma: h1,'
    throw problem('INVENTORY_NOT_FOUND', 'there is no such inventory', {
      origin: { file: source },
      hint,
    })
  }
  if (kind === 'file') {
    readFile(builder, source, context, problems)
    return dirname(source)
  }
  if (readDirectory(builder, source, context, problems) === 0) {
    const hint = 'Ansible takes no files ending in .ini, .cfg, .txt or .md from a directory'
    problems.push(
      problem('INVENTORY_NOT_FOUND', 'there is no inventory file in this folder', {
        origin: { file: source },
        hint,
      }),
    )
  }
  return source
}

/** Reads a directory and its subdirectories. Returns the number of files read. */
function readDirectory(
  builder: InventoryBuilder,
  folder: string,
  context: VaultedReading,
  problems: ConvecthubError[],
): number {
  let count = 0
  const { files, cwd } = context
  for (const name of [...files.list(resolve(cwd, folder))].sort(compareText)) {
    const path = join(folder, name)
    if (IGNORED.test(name)) {
      if (name.endsWith('.ini') && !name.startsWith('.')) warnOfSkipped(builder, path)
      continue
    }
    if (files.kind(resolve(cwd, path)) === 'directory')
      count += readDirectory(builder, path, context, problems)
    else {
      count += 1
      collect(problems, () => readFile(builder, path, context, problems))
    }
  }
  return count
}

function warnOfSkipped(builder: InventoryBuilder, file: string): void {
  builder.warnings.push({
    code: 'INVENTORY_SKIPPED_FILE',
    message: 'not read: in an inventory directory Ansible leaves out files ending in .ini',
    origin: { file },
    hint: 'rename it without .ini, or give it with -i of its own',
  })
}

function readFile(
  builder: InventoryBuilder,
  file: string,
  context: VaultedReading,
  problems: ConvecthubError[],
): void {
  const { text } = readText(file, context, (bytes) => decodeSource(builder, bytes, file))
  const absolute = resolve(context.cwd, file)
  if (text.startsWith('#!') && context.files.executable(absolute)) {
    runScript(builder, file, context)
    return
  }
  if (sourceKind(file, text) === 'yaml') {
    readYamlSource(builder, parseYaml(text, file), context.openVault, problems)
    return
  }
  const found: ConvecthubError[] = []
  readIniSource(builder, text, file, found)
  if ((found.length > 0 || file.endsWith('.toml')) && looksLikeToml(text)) {
    const hint = "write it in Ansible's INI or YAML form; `ansible-inventory --list --yaml` converts it"
    const origin = found[0]?.details.origin ?? { file }
    problems.push(
      problem('INVENTORY_TOML', 'this is a TOML inventory, which convecthub does not read', {
        origin,
        hint,
      }),
    )
  } else problems.push(...found)
}

function runScript(builder: InventoryBuilder, file: string, { cwd, files }: VaultedReading): void {
  const origin = { file }
  if (files.run === undefined)
    throw problem('INVENTORY_SCRIPT', 'this is an inventory script; these are run only when named with -i', {
      origin,
      hint: `convecthub … -i ${file}, if you trust what it does`,
    })
  let output: Uint8Array
  try {
    output = files.run(resolve(cwd, file))
  } catch (cause) {
    const stderr = String((cause as { stderr?: unknown }).stderr ?? '').trim()
    throw problem('INVENTORY_SCRIPT', 'the inventory script failed', {
      origin,
      line: stderr || undefined,
      cause,
    })
  }
  readScriptOutput(builder, decodeText(output, file), file)
}
