import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Verb } from '../../src/commands/verb.ts'
import { VERBS } from '../../src/commands/verbs.ts'
import { type Lab, labUp } from './lab.ts'
import { typeHere } from './laptop.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/convecthub.cjs', import.meta.url))

/** Examples that are not run, with the reason. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'convecthub lab down --name second --image': 'it would remove the image that other tests start from',
  'convecthub bundle pull': 'it fetches from the internet; air-gap.test.ts runs it with servers of its own',
  'convecthub bundle pull --from s3://bucket/bin/': 'the same',
}

/** Examples that others need done after them: the larger the later. */
const LATER: Readonly<Record<string, number>> = {
  'convecthub reset -i inv.toml': 1,
  'convecthub lab down': 2,
}

/** Examples that are typed in a folder of their own, because they write what is there already. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'convecthub init': 'asked',
  'convecthub init --host master=10.0.0.10 --host worker1=10.0.0.11,gpu --user ops --key ~/.ssh/id_ed25519 --yes':
    'named',
  'convecthub lab up --machines 5 --drivers 3': 'five',
  'convecthub bundle init --gpu --values jupyterhub.yaml': 'gpu',
}

/** What is typed at their questions. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  'convecthub init': ['10.0.0.10', '', '', '', '', 'ops', '~/.ssh/id_ed25519', ''],
  'convecthub provision -i inv.toml -K': ['no-password-is-asked-there'],
  'convecthub hub password -i inv.toml -K': ['no-password-is-asked-there'],
  'convecthub reset -i inv.toml': ['inv'],
  'convecthub reset -i inv.toml --limit worker2': ['inv'],
  'convecthub lab ssh driver1': ['exit'],
}

const LINES = [...new Set(examples(VERBS))].toSorted((a, b) => (LATER[a] ?? 0) - (LATER[b] ?? 0))

let lab: Lab
/** The home folder of who types: it has the key of the lab, and knows its host keys. */
let home: string
let inventory: string

beforeAll(async () => {
  lab = await labUp(3)
  home = realpathSync(mkdtempSync(join(tmpdir(), 'convecthub-home-')))
  for (const folder of ['.ssh', 'bin']) mkdirSync(join(home, folder), { mode: 0o700 })
  for (const file of ['id_ed25519', 'known_hosts'])
    cpSync(join(lab.folder, 'lab', file), join(home, '.ssh', file))
  symlinkSync(PROGRAM, join(home, 'bin/convecthub'))
  for (const folder of Object.values(ELSEWHERE)) mkdirSync(join(lab.folder, folder))
  // without values of its own the hub has a password to show
  inventory = readFileSync(join(lab.folder, 'lab/inv.toml'), 'utf8').replace(/^jhub_config_path=.*\n/m, '')
  writeFileSync(join(lab.folder, 'inv.toml'), inventory, { mode: 0o600 })
  writeFileSync(join(lab.folder, 'extra.yaml'), 'http_port: 8081\n')
  for (const name of ['shared', 'old'])
    cpSync(join(lab.folder, 'lab/shared'), join(lab.folder, name), { recursive: true })
  writeFileSync(join(lab.folder, 'gpu/jupyterhub.yaml'), '{}\n')
  cpSync(join(lab.folder, 'old/bin/bundle.lock.yaml'), join(lab.folder, 'old.lock.yaml'))
  cpSync(join(lab.folder, 'lab/id_ed25519'), join(lab.folder, 'bundle-key'))
  await type('convecthub lab up --name second --machines 1')
})
afterAll(async () => {
  await type('convecthub lab down --name second')
  await type('convecthub lab down', 'five')
  await lab?.down()
  rmSync(home, { recursive: true, force: true })
})

it('only examples that exist are listed here', () => {
  const listed = [NOT_RUN, LATER, ELSEWHERE, ANSWERS].flatMap((table) => Object.keys(table))
  expect(listed.filter((line) => !LINES.includes(line))).toEqual([])
})

it.each(LINES.filter((line) => !(line in NOT_RUN)))('%s', async (line) => {
  const answers = ANSWERS[line]?.map((answer) => `${answer}\n`).join('')
  expect(await type(line, ELSEWHERE[line], answers)).not.toBe('')
})

/** Types a line as it stands in the help, with machines and user of the lab. Fails unless its exit code is 0. */
function type(line: string, folder = '.', input = ''): Promise<string> {
  const env = { HOME: home, PATH: `${join(home, 'bin')}:${process.env.PATH}` }
  return typeHere(join(lab.folder, folder), ofLab(line), { input: ofLab(input).replace('~', home), env })
}

function ofLab(text: string): string {
  const address = (machine: string) =>
    new RegExp(`^${machine} .*_host=(\\S+)`, 'm').exec(inventory)?.[1] ?? machine
  return text
    .replaceAll('10.0.0.10', address('driver1'))
    .replaceAll('10.0.0.11', address('worker1'))
    .replace(/\bops\b/, 'lab')
}

function examples(verbs: readonly Verb[]): string[] {
  return verbs.flatMap(({ examples: own, commands = [] }) => [...own, ...examples(commands)])
}
