import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { labFolder } from '../../src/lab/lab-folder.ts'
import { labUp } from '../../src/lab/lab-up.ts'
import { makeBundle } from '../../src/lab/make-bundle.ts'
import { removeLabFiles } from '../../src/lab/remove-lab-files.ts'

let lab: string
beforeEach(() => {
  lab = join(mkdtempSync(join(tmpdir(), 'convecthub-lab-files-')), 'lab')
})
afterEach(() => rmSync(join(lab, '..'), { recursive: true }))

const put = (...names: string[]) => {
  for (const name of names) {
    mkdirSync(join(lab, name, '..'), { recursive: true })
    writeFileSync(join(lab, name), name === 'id_ed25519.pub' ? 'ssh-ed25519 AAAA convecthub-lab\n' : name)
  }
}
const OWN = [
  'id_ed25519',
  'id_ed25519.pub',
  'known_hosts',
  'inv.toml',
  'inv.toml.old',
  'jupyterhub.yaml',
  '.gitignore',
]

it('removes all files of the lab and its folder', async () => {
  put(...OWN)
  await makeBundle(join(lab, 'shared/bin'), undefined, () => undefined)
  expect(await removeLabFiles(lab)).toBe('removed')
  expect(existsSync(lab)).toBe(false)
})

it("keeps users' own files", async () => {
  put(...OWN, 'notes.txt', 'shared/home.tar')
  await makeBundle(join(lab, 'shared/bin'), undefined, () => undefined)
  expect(await removeLabFiles(lab)).toBe('kept')
  expect(readdirSync(lab, { recursive: true }).sort()).toEqual(['notes.txt', 'shared', 'shared/home.tar'])
})

it('keeps a real bundle', async () => {
  put(...OWN, 'shared/bin/k3s', 'shared/bin/bundle.lock.yaml')
  expect(await removeLabFiles(lab)).toBe('kept')
  expect(readdirSync(join(lab, 'shared/bin')).sort()).toEqual(['bundle.lock.yaml', 'k3s'])
})

it('keeps a bundle with a truncated lock file, and removes the rest', async () => {
  put(...OWN, 'shared/bin/k3s')
  writeFileSync(join(lab, 'shared/bin/bundle.lock.yaml'), 'files: [{name: "k3')
  expect(await removeLabFiles(lab)).toBe('kept')
  expect(readdirSync(lab)).toEqual(['shared'])
  expect(readdirSync(join(lab, 'shared/bin')).sort()).toEqual(['bundle.lock.yaml', 'k3s'])
})

it.each([
  { what: 'without a key', files: ['inv.toml', 'jupyterhub.yaml'], key: undefined },
  { what: 'with a key of the user', files: [...OWN], key: 'ssh-ed25519 AAAA admin@laptop\n' },
])('does not touch a folder $what', async ({ files, key }) => {
  put(...files)
  if (key) writeFileSync(join(lab, 'id_ed25519.pub'), key)
  expect(await removeLabFiles(lab)).toBe('foreign')
  expect(readdirSync(lab).sort()).toEqual([...files].sort())
  await expect(labUp({ stateDir: lab, machines: 1, drivers: 1 }, () => {})).rejects.toMatchObject({
    code: 'FILE_EXISTS',
    message: `${lab} is there already, and no lab made it`,
    details: { hint: 'give the lab another name: convecthub lab up --name lab2' },
  })
})

it('knows a folder that is not there', async () => {
  expect(await removeLabFiles(lab)).toBe('absent')
})

it.each([
  { what: 'a lab that was just begun', files: ['.gitignore', 'dockerd.pid'], is: 'lab' },
  { what: 'a bundle that was made first', files: ['shared/bin/k3s'], is: 'lab' },
  { what: 'other files', files: ['.gitignore', 'notes.txt'], is: 'foreign' },
])('a folder with $what is: $is', ({ files, is }) => {
  put(...files)
  expect(labFolder(lab)).toBe(is)
})
