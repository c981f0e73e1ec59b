import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as layout from '../../src/layout.ts'
import { sourceFiles } from '../helpers/source-files.ts'

/** Paths of convecthub and K3s on hosts. */
const PATH =
  /\/(?:usr\/local\/bin|var\/lib\/(?:convecthub|rancher)|run\/convecthub|etc\/(?:rancher|systemd))[\w./-]*/g

/** Without the lab, whose machines are laid out differently. */
const FILES = sourceFiles().filter(({ path, room }) => path !== 'layout.ts' && room !== 'lab')

it('only layout.ts contains paths on hosts', () => {
  const written = FILES.flatMap(({ path, text }) =>
    (text.match(PATH) ?? []).map((found) => `${path}: ${found}`),
  )
  expect(written).toEqual([])
})

const TEMPLATES = new URL('../../templates/', import.meta.url)

it.each(
  ['remote/', 'k3s/', 'manifests/', 'registry/', 'jupyterhub/'].flatMap((folder) =>
    readdirSync(new URL(folder, TEMPLATES)).map((name) => ({ name: `${folder}${name}` })),
  ),
)('templates/$name uses only paths from layout.ts, or paths below them', ({ name }) => {
  const known = Object.values(layout).filter((path) => typeof path === 'string')
  const isKnown = (path: string) => known.some((parent) => path === parent || path.startsWith(`${parent}/`))
  const paths = readFileSync(new URL(name, TEMPLATES), 'utf8').match(PATH) ?? []
  expect(paths.filter((path) => !isKnown(path))).toEqual([])
})
