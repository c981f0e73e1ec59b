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

it('all that the lab put there goes, and the folder with it', async () => {
  put(...OWN)
  await makeBundle(join(lab, 'shared/bin'), undefined, () => undefined)
  expect(await removeLabFiles(lab)).toBe(false)
  expect(existsSync(lab)).toBe(false)
})

it('what people put there stays', async () => {
  put(...OWN, 'notes.txt', 'shared/home.tar')
  await makeBundle(join(lab, 'shared/bin'), undefined, () => undefined)
  expect(await removeLabFiles(lab)).toBe(true)
  expect(readdirSync(lab, { recursive: true }).sort()).toEqual(['notes.txt', 'shared', 'shared/home.tar'])
})

it('a real bundle in its place stays', async () => {
  put(...OWN, 'shared/bin/k3s', 'shared/bin/bundle.lock.yaml')
  expect(await removeLabFiles(lab)).toBe(true)
  expect(readdirSync(join(lab, 'shared/bin')).sort()).toEqual(['bundle.lock.yaml', 'k3s'])
})

it('a bundle whose lock was cut off stays, and the lab goes all the same', async () => {
  put(...OWN, 'shared/bin/k3s')
  writeFileSync(join(lab, 'shared/bin/bundle.lock.yaml'), 'files: [{name: "k3')
  expect(await removeLabFiles(lab)).toBe(true)
  expect(readdirSync(lab)).toEqual(['shared'])
  expect(readdirSync(join(lab, 'shared/bin')).sort()).toEqual(['bundle.lock.yaml', 'k3s'])
})

it('a folder of that name that is no lab is left alone', async () => {
  put('inv.toml', 'jupyterhub.yaml')
  expect(await removeLabFiles(lab)).toBe(true)
  expect(readdirSync(lab).sort()).toEqual(['inv.toml', 'jupyterhub.yaml'])
})
