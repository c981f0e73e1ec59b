import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { completions } from '../../src/commands/complete.ts'
import { TOPICS } from '../../src/commands/topics.ts'
import { VERBS } from '../../src/commands/verbs.ts'

let inventory: string
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'convecthub-complete-'))
  inventory = join(folder, 'inv')
  writeFileSync(inventory, 'd1\nw1\nw2\n[driver]\nd1\n[worker]\nw1\nw2\n')
  // must not be opened: nobody can be asked for its password
  mkdirSync(join(folder, 'group_vars'))
  writeFileSync(join(folder, 'group_vars/all'), '$ANSIBLE_VAULT;1.1;AES256\n00\n')
  writeFileSync(join(folder, 'program'), '#!/bin/sh\necho "{}"\n', { mode: 0o755 })
  writeFileSync(join(folder, 'broken'), '[driver\n')
})
afterAll(() => rmSync(join(inventory, '..'), { recursive: true }))

/** The completions of a line; its last word is completed, and INV stands for the inventory. */
async function words(line: string): Promise<string[]> {
  const { candidates, files } = await completions(
    line.split(' ').map((word) => word.replace('INV', inventory)),
    VERBS,
  )
  return [...candidates.map(({ word }) => word), ...(files ? [':files'] : [])]
}

it.each([
  { line: 'pl', found: ['plan'] },
  { line: 'inventory c', found: ['check'] },
  { line: 'lab u', found: ['up'] },
  { line: 'lab --n', found: [] },
  { line: 'lab up --n', found: ['--name'] },
  { line: 'plan --up', found: ['--upgrade'] },
  { line: '--v', found: ['--version'] },
  { line: 'inventory check --li', found: ['--list'] },
  { line: 'plan --output ', found: ['tty', 'plain', 'json'] },
  { line: 'plan --output j', found: ['json'] },
  { line: 'plan --output=j', found: ['--output=json'] },
  { line: 'plan -i ', found: [':files'] },
  { line: 'plan --bundle x', found: [':files'] },
  { line: 'bundle verify ', found: [':files'] },
  { line: 'bundle lock --k3s v1 ', found: [':files'] },
  { line: 'bundle verify a ', found: [] },
  { line: 'plan -i INV -l ', found: ['d1', 'w1', 'w2', 'all', 'ungrouped', 'driver', 'worker'] },
  { line: 'plan -i INV -l w', found: ['w1', 'w2', 'worker'] },
  { line: 'plan -i INV --limit=w', found: ['--limit=w1', '--limit=w2', '--limit=worker'] },
  { line: 'plan -l wo -i INV -v --limit d1,wo', found: ['d1,worker'] },
  { line: 'plan --inventory=INV -l worker:!w', found: ['worker:!w1', 'worker:!w2', 'worker:!worker'] },
  { line: 'inventory -i INV --host ', found: ['d1', 'w1', 'w2'] },
  { line: 'inventory check -i INV --host w', found: ['w1', 'w2'] },
  { line: 'init --host w', found: [] },
  { line: 'plan -i /nowhere -l w', found: [] },
  { line: 'plan -e x=1 -T 3 --ignore-preflight mem', found: ['memory'] },
  { line: 'plan --ignore-preflight cpu,mem', found: ['cpu,memory'] },
  { line: 'explain HOST_KEY_C', found: ['HOST_KEY_CHANGED'] },
  { line: 'explain host_key_c', found: ['host_key_changed'] },
  { line: 'explain noe', found: ['noexec'] },
  { line: 'help ai', found: ['air-gap'] },
  { line: 'help lab s', found: ['status', 'ssh'] },
  { line: 'completion ', found: ['bash', 'zsh', 'fish'] },
  { line: 'lab ssh d1 -- u', found: [] },
  { line: 'bogus ', found: [] },
])('completes "$line"', async ({ line, found }) => {
  expect((await words(line)).toSorted()).toEqual(found.toSorted())
})

it.each(['program', 'broken'])('has no hosts of the inventory %s, and runs no program', async (name) => {
  expect(await words(`plan -i ${join(inventory, '..', name)} -l `)).toEqual([])
})

it('completes every verb and option that is not hidden', async () => {
  const shown = VERBS.filter(({ hidden }) => !hidden)
  expect(await words('')).toEqual(shown.map(({ name }) => name))
  for (const { name, options = [] } of shown)
    expect(await words(`${name} -`)).toEqual([...options.map(({ long }) => long), '--help'])
})

it('completes every topic', async () => {
  expect(await words('help ')).toEqual(expect.arrayContaining(Object.keys(TOPICS)))
})
