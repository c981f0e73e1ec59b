// The same fourteen items for all: a folder, ten small files, a package, a look at a file, a command. Here as ours.
import { file, installedPackage, managedFile, sh } from '../../dist/internals.cjs'

export const PACKAGE = 'tar'
export const LOOKED_AT = '/etc/hostname'

/** What a run changes on a host that has nothing: folder, files and command. */
export const CHANGES = 12

/** @param {string} folder */
export function smallFiles(folder) {
  return Array.from({ length: 10 }, (_, index) => ({
    path: `${folder}/settings-${index}.conf`,
    content: `# number ${index}\n${`key${index} = a value of a usual length\n`.repeat(8)}`,
    mode: '644',
  }))
}

/** Where the command leaves its mark, so that it is done once. @param {string} folder */
export const markOf = (folder) => `${folder}/done`

const everyHost = ({ cluster }) => cluster.hosts

/** @param {string} folder @returns {import('../../src/engine/step.ts').Step[]} */
export function items(folder) {
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
      plan: ({ facts }) =>
        facts.get(installedPackage(PACKAGE))
          ? []
          : [{ kind: 'packages', sign: '+', title: `install ${PACKAGE}`, names: [PACKAGE] }],
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

/** A file of a bundle. @returns {import('../../src/engine/step.ts').Step[]} */
export function bigFile(path) {
  const artifactOf = ({ bundle }) => bundle.files.find(({ kind }) => kind === 'images')
  return [
    {
      id: 'send',
      title: 'Send a file',
      hosts: everyHost,
      facts: () => [file(path)],
      plan: (context) => {
        const artifact = artifactOf(context)
        if (context.facts.get(file(path))?.digest === artifact.sha256) return []
        return [{ kind: 'upload', sign: '+', title: path, artifact, path, mode: '644', ours: true }]
      },
    },
  ]
}

/** One small file. @returns {import('../../src/engine/step.ts').Step[]} */
export function smallFile(folder) {
  const [first] = smallFiles(folder)
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

/** Made with the mode that it is to have, or given it. */
function folderChanges(folder, state) {
  if (state === undefined) return [act('+', folder, sh`cvh_folder ${folder}`)]
  return state.mode === '755' ? [] : [act('~', folder, sh`chmod 755 ${folder}`)]
}

function act(sign, title, script) {
  return { kind: 'run', sign, title, script, timeoutMs: 60_000 }
}
