import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { readLock } from '../../src/artifacts/load-bundle.ts'
import { bundleListVerb } from '../../src/commands/bundle-list.ts'
import { bundleLockVerb } from '../../src/commands/bundle-lock.ts'
import { bundleVerifyVerb } from '../../src/commands/bundle-verify.ts'
import { makeBundle } from '../../src/lab/make-bundle.ts'
import { HUB_IMAGES } from '../../src/lab/stand-in-images.ts'
import { eventSchema } from '../docs/event-schema.ts'
import { jsonLines } from '../helpers/json-lines.ts'
import { printed } from '../helpers/printed.ts'

let made: string
beforeAll(async () => {
  made = mkdtempSync(join(tmpdir(), 'convecthub-made-'))
  await makeBundle(made, undefined, () => undefined)
})
afterAll(() => rmSync(made, { recursive: true }))

let top: string
let folder: string
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'convecthub-lock-'))
  folder = join(top, 'bin')
  cpSync(made, folder, { recursive: true })
  vi.stubEnv('XDG_CACHE_HOME', join(top, 'cache'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(top, { recursive: true })
})

const lock = (output?: 'json') => bundleLockVerb(folder, { description: 'x', ...(output && { output }) })

it('writes the lock of a whole folder without a word of warning, and says what comes next', async () => {
  const { lines, result } = await printed(() => lock())
  expect(result).toBe('ok')
  expect(lines).toEqual([
    expect.stringMatching(/^Wrote \S+\/bundle\.lock\.yaml: 6 files, \d+ kB\.$/),
    `Next: convecthub bundle verify ${folder} -i INVENTORY`,
  ])
  expect(jsonLines((await printed(() => lock('json'))).lines.join('\n')).map(({ event }) => event)).toEqual([
    ...Array.from({ length: 6 }, () => 'file'),
    'summary',
  ])
})

it.each([
  {
    what: "K3s's own images",
    without: 'images/k3s-airgap-images-amd64.tar',
    warnings: ['the bundle has no images of K3s itself'],
  },
  {
    what: 'the images of the chart',
    without: 'images/jupyterhub-images-amd64.tar',
    warnings: HUB_IMAGES.map((name) =>
      expect.stringMatching(
        new RegExp(
          `^the bundle lacks the image ${name}, which .* asks for, unless your values name another$`,
        ),
      ),
    ),
  },
])('warns at once of a folder without $what, and again in bundle verify', async ({ without, warnings }) => {
  rmSync(join(folder, without))
  const { lines, result } = await printed(() => lock('json'))
  expect(result).toBe('ok')
  const events = jsonLines(lines.join('\n'))
  for (const event of events) expect(eventSchema.safeParse(event).error?.issues).toBeUndefined()
  const warned = events.filter(({ event }) => event === 'warning')
  expect(warned.map(({ message }) => message)).toEqual(warnings)
  for (const { hint } of warned)
    expect(hint).toMatch(
      new RegExp(`bundle pull ${folder}; or put it there yourself, then: convecthub bundle lock ${folder}$`),
    )
  const verified = jsonLines(
    (await printed(() => bundleVerifyVerb(folder, { output: 'json' }))).lines.join('\n'),
  )
  const told = verified.filter(({ event }) => event === 'warning' || event === 'error')
  expect(told.map(({ message }) => message)).toEqual(warnings)
})

it('records which images the chart asks for, for computers that cannot run its Helm', async () => {
  await printed(() => lock())
  expect(readLock(folder).renderings).toMatchObject([
    { images: expect.arrayContaining([expect.objectContaining({ name: HUB_IMAGES[0] })]) },
  ])
})

it('lists for programs what is in the files, too', async () => {
  const { lines } = await printed(() => bundleListVerb(folder, { output: 'json' }))
  const events = jsonLines(lines.join('\n'))
  for (const event of events) expect(eventSchema.safeParse(event).error?.issues).toBeUndefined()
  expect(events).toContainEqual(
    expect.objectContaining({
      ...{ event: 'file', name: 'images/jupyterhub-images-amd64.tar' },
      images: HUB_IMAGES.map((name) => expect.objectContaining({ name })),
    }),
  )
  expect(events).toContainEqual(expect.objectContaining({ name: 'k3s', licence: 'Apache-2.0' }))
})
