import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
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
    writeFileSync(join(lab, name), name)
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
  expect(await removeLabFiles(lab)).toBe(false)
  expect(existsSync(lab)).toBe(false)
})

it("keeps users' own files", async () => {
  put(...OWN, 'notes.txt', 'shared/home.tar')
  await makeBundle(join(lab, 'shared/bin'), undefined, () => undefined)
  expect(await removeLabFiles(lab)).toBe(true)
  expect(readdirSync(lab, { recursive: true }).sort()).toEqual(['notes.txt', 'shared', 'shared/home.tar'])
})

it('keeps a real bundle', async () => {
  put(...OWN, 'shared/bin/k3s', 'shared/bin/bundle.lock.yaml')
  expect(await removeLabFiles(lab)).toBe(true)
  expect(readdirSync(join(lab, 'shared/bin')).sort()).toEqual(['bundle.lock.yaml', 'k3s'])
})

it('keeps a bundle with a truncated lock file, and removes the rest', async () => {
  put(...OWN, 'shared/bin/k3s')
  writeFileSync(join(lab, 'shared/bin/bundle.lock.yaml'), 'files: [{name: "k3')
  expect(await removeLabFiles(lab)).toBe(true)
  expect(readdirSync(lab)).toEqual(['shared'])
  expect(readdirSync(join(lab, 'shared/bin')).sort()).toEqual(['bundle.lock.yaml', 'k3s'])
})

it('does not touch a folder that is not a lab', async () => {
  put('inv.toml', 'jupyterhub.yaml')
  expect(await removeLabFiles(lab)).toBe(true)
  expect(readdirSync(lab).sort()).toEqual(['inv.toml', 'jupyterhub.yaml'])
})
