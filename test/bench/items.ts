// The fourteen items that each program runs, here as steps of convecthub: a folder, ten small files, a package, a look
// at a file and a command.

import { debian } from '../../src/distribution/debian.ts'
import type { RunChange, Sign } from '../../src/engine/change.ts'
import type { Step } from '../../src/engine/step.ts'
import { type FileState, file } from '../../src/facts/file.ts'
import { installedPackage } from '../../src/facts/packages.ts'
import { type Script, sh } from '../../src/sh.ts'
import { type ManagedFile, managedFile } from '../../src/steps/managed-file.ts'

export const PACKAGE = 'tar'
export const LOOKED_AT = '/etc/hostname'

/** Number of changes on a new host: the folder, the files and the command. */
export const CHANGES = 12

export function smallFiles(folder: string): ManagedFile[] {
  return Array.from({ length: 10 }, (_, index) => numberedFile(folder, index))
}

function numberedFile(folder: string, index: number): ManagedFile {
  return {
    path: `${folder}/settings-${index}.conf`,
    content: `# number ${index}\n${`key${index} = a value of a usual length\n`.repeat(8)}`,
    mode: '644',
  }
}

/** The file that the command creates to show that it has run. */
export const markOf = (folder: string) => `${folder}/done`

const everyHost: Step['hosts'] = ({ cluster }) => cluster.hosts

export function items(folder: string): Step[] {
  const files = smallFiles(folder)
  const mark = markOf(folder)
  return [
    {
      id: 'files',
      title: 'A folder and ten files',
      hosts: everyHost,
      facts: () => [file(folder), ...files.map(({ path }) => file(path))],
      plan: ({ facts }) => [
        ...folderChanges(folder, facts.get(file(folder))),
        ...files.flatMap((each) => managedFile(each, facts)),
      ],
    },
    {
      id: 'package',
      title: 'A package',
      hosts: everyHost,
      facts: () => [installedPackage(PACKAGE)],
      plan: ({ facts }) => (facts.get(installedPackage(PACKAGE)) ? [] : [debian.install([PACKAGE])]),
    },
    {
      id: 'look',
      title: 'A look at a file',
      hosts: everyHost,
      facts: () => [file(LOOKED_AT)],
      plan: ({ facts }) =>
        facts.get(file(LOOKED_AT)) ? [] : [act('!', `${LOOKED_AT} is missing`, sh`exit 1`)],
    },
    {
      id: 'command',
      title: 'A command',
      hosts: everyHost,
      facts: () => [file(mark)],
      plan: ({ facts }) => (facts.get(file(mark)) ? [] : [act('!', 'run the command', sh`touch ${mark}`)]),
    },
  ]
}

/** A step that uploads the big file of the bundle. */
export function bigFile(path: string): Step[] {
  return [
    {
      id: 'send',
      title: 'Send a file',
      hosts: everyHost,
      facts: () => [file(path)],
      plan: (context) => {
        const artifact = context.bundle?.files.find(({ kind }) => kind === 'images')
        if (!artifact || context.facts.get(file(path))?.digest === artifact.sha256) return []
        return [{ kind: 'upload', sign: '+', title: path, artifact, path, mode: '644' }]
      },
    },
  ]
}

/** A step that writes one small file. */
export function smallFile(folder: string): Step[] {
  const first = numberedFile(folder, 0)
  return [
    {
      id: 'small',
      title: 'A small file',
      hosts: everyHost,
      facts: () => [file(first.path)],
      plan: ({ facts }) => managedFile(first, facts),
    },
  ]
}

/** Creates the folder or corrects its mode. */
function folderChanges(folder: string, state: FileState | undefined): RunChange[] {
  if (state === undefined) return [act('+', folder, sh`cvh_folder ${folder}`)]
  return state.mode === '755' ? [] : [act('~', folder, sh`chmod 755 ${folder}`)]
}

function act(sign: Sign, title: string, script: Script): RunChange {
  return { kind: 'run', sign, title, script, timeoutMs: 60_000 }
}
