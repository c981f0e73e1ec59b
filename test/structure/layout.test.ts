import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as layout from '../../src/layout.ts'
import { sourceFiles } from '../helpers/source-files.ts'

/** Folders on hosts that hold something of convecthub's or K3s's. */
const PATH =
  /\/(?:usr\/local\/bin|var\/lib\/(?:convecthub|rancher)|run\/convecthub|etc\/(?:rancher|systemd))[\w./-]*/g

/** The lab's machines are not those of layout.ts. */
const FILES = sourceFiles().filter(({ path, room }) => path !== 'layout.ts' && room !== 'lab')

it('no other file writes out a path on a host', () => {
  const written = FILES.flatMap(({ path, text }) =>
    (text.match(PATH) ?? []).map((found) => `${path}: ${found}`),
  )
  expect(written).toEqual([])
})

const TEMPLATES = new URL('../../templates/', import.meta.url)

it.each(
  ['remote/', 'k3s/', 'manifests/', 'jupyterhub/'].flatMap((folder) =>
    readdirSync(new URL(folder, TEMPLATES)).map((name) => ({ name: `${folder}${name}` })),
  ),
)('the paths of templates/$name are those of layout.ts, or below them', ({ name }) => {
  const known = Object.values(layout).filter((path) => typeof path === 'string')
  const isKnown = (path: string) => known.some((each) => path === each || path.startsWith(`${each}/`))
  const paths = readFileSync(new URL(name, TEMPLATES), 'utf8').match(PATH) ?? []
  expect(paths.filter((path) => !isKnown(path))).toEqual([])
})
