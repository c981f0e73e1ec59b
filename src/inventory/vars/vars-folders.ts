import { join, resolve } from 'node:path'
import type { ConvecthubError } from '../../errors.ts'
import type { Files } from '../files.ts'
import type { OuterVars } from '../finish-inventory.ts'
import type { Setting, Vars } from '../inventory.ts'
import { collect, problem } from '../problems.ts'
import { compareText } from '../python/python-text.ts'
import type { VaultedReading } from '../yaml/read-yaml-text.ts'
import { readVarsFile } from './read-vars-file.ts'

const EXTENSIONS = ['', '.yml', '.yaml', '.json']

/** What is needed to read the folders, and the lists that errors are added to. */
export interface FoldersContext extends VaultedReading {
  cwd: string
  files: Files
  strictErrors: ConvecthubError[]
  problems: ConvecthubError[]
}

/** A `group_vars/` or `host_vars/` folder: the names of its entries, and the variables read so far. */
interface Folder {
  path: string
  entries: ReadonlySet<string>
  read: Map<string, Vars>
}

/**
 * Returns a function that finds variables in `group_vars/` and `host_vars/` next to the sources (rules.md §7). `places`
 * are the folders of the sources, in order and as the user wrote them.
 */
export function varsFolders(places: readonly string[], context: FoldersContext): OuterVars['files'] {
  const known = new Map<string, Folder>()
  const open = (place: string, kind: 'group' | 'host'): Folder => {
    const path = join(place, `${kind}_vars`)
    const key = resolve(context.cwd, path)
    let folder = known.get(key)
    if (folder === undefined) {
      folder = { path, entries: new Set(entriesOf(path, context)), read: new Map() }
      known.set(key, folder)
    }
    return folder
  }
  const folders = {
    group: places.map((place) => open(place, 'group')),
    host: places.map((place) => open(place, 'host')),
  }
  return (kind, name) => folders[kind].map((folder) => varsOf(folder, name, context))
}

function entriesOf(path: string, { files, cwd, strictErrors }: FoldersContext): readonly string[] {
  const absolute = resolve(cwd, path)
  const kind = files.kind(absolute)
  if (kind === 'directory') return files.list(absolute)
  if (kind === 'file') {
    const hint = 'make it a folder with a file for each group or host, or rename it'
    strictErrors.push(
      problem('INVENTORY_VARS_FOLDER', 'this is a file, not a folder', { origin: { file: path }, hint }),
    )
  }
  return []
}

const NOTHING: Vars = new Map()

function varsOf(folder: Folder, name: string, context: FoldersContext): Vars {
  // As in Ansible, only the first name that exists is read.
  const entry = EXTENSIONS.map((extension) => name + extension).find((each) => folder.entries.has(each))
  if (entry === undefined) return NOTHING
  const known = folder.read.get(entry)
  if (known !== undefined) return known
  const vars = new Map<string, Setting>()
  for (const file of varsFiles(join(folder.path, entry), context)) {
    const found = collect(context.problems, () => readVarsFile(file, context))
    for (const [key, setting] of found ?? []) vars.set(key, setting)
  }
  folder.read.set(entry, vars)
  return vars
}

/** The file itself, or all files in a folder and its subfolders, sorted by name. */
function varsFiles(path: string, context: FoldersContext): string[] {
  const { files, cwd } = context
  const absolute = resolve(cwd, path)
  if (files.kind(absolute) !== 'directory') return [path]
  return [...files.list(absolute)].sort(compareText).flatMap((name) => {
    if (name.startsWith('.') || name.endsWith('~')) return []
    const extension = /[^.](\.[^.]*)$/.exec(name)?.[1] ?? ''
    const inner = join(path, name)
    if (files.kind(resolve(cwd, inner)) === 'directory')
      return extension === '' ? varsFiles(inner, context) : []
    return EXTENSIONS.includes(extension) ? [inner] : []
  })
}
