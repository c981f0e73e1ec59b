import { basename } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EngineEvent } from '../../src/engine/event.ts'
import { AGENT_DATA, IMAGES, RELAY_FOLDERS } from '../../src/layout.ts'
import { jsonLines } from '../helpers/json-lines.ts'
import { bigBundle } from './big-bundle.ts'
import type { CliOptions } from './cli.ts'
import { type Lab, labUp, must } from './lab.ts'

type Delivery = Extract<EngineEvent, { event: 'delivery' }>

const SIZE = 60_000_000

/** The seed of the random moments. CVH_SEED=N repeats a failed run. */
const seed = Number(process.env.CVH_SEED ?? Math.floor(Math.random() * 2 ** 31))
const MOMENTS = (() => {
  let state = seed
  return Array.from({ length: 10 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  })
})()

let lab: Lab
let bundle: string
/** The archives that go from host to host. */
let archives: string[]
/** How long it takes to deliver them, ms. */
let ms = 0

beforeAll(async () => {
  lab = await labUp(4)
  bundle = await bigBundle(lab.folder, SIZE)
  const first = jsonLines(must(await provision(['--output', 'json'])).stdout)
  const delivery = first.find(({ event }) => event === 'delivery') as Delivery | undefined
  archives = (delivery?.files ?? []).map(({ file }) => `${IMAGES}/${basename(file)}`)
})
afterAll(() => lab?.down())

const provision = (args: readonly string[] = [], options: Partial<CliOptions> = {}) =>
  lab.run('provision', ['--bundle', bundle, ...args], options)

const everywhere = (script: string) => Promise.all(lab.machines.map((name) => lab.inside(name, script)))

/** Removes the archives from all machines, so that they have to be delivered again. */
const forget = () => everywhere(`rm -f ${archives.join(' ')}`)

it('a file is sent once, and machines get it from each other', async () => {
  expect(archives).toContain(`${IMAGES}/big.tar`)
  await forget()
  const plan = must(await lab.run('plan', ['--bundle', bundle])).stdout
  expect(plan).toContain('Delivery: 60 MB from this computer, 180 MB from host to host')
  const began = Date.now()
  const events = jsonLines(must(await provision(['--output', 'json'])).stdout)
  ms = Date.now() - began
  const relays = events.filter(({ event, state }) => event === 'relay' && state !== 'waiting')
  expect(relays.map(({ state }) => state)).toEqual(['fetching', 'fetching', 'fetching'])
  await expectClean()
})

it.each(MOMENTS)(
  `converges after a kill at %f of a run, and nothing is left (seed ${seed}; CVH_SEED=N repeats it)`,
  async (part) => {
    await forget()
    let killing: NodeJS.Timeout | undefined
    await provision(['--output', 'json'], {
      onLine: (line, child) => {
        if (line.includes('"run"')) killing = setTimeout(() => child.kill('SIGKILL'), ms * part)
      },
    })
    clearTimeout(killing)
    must(await provision())
    await expectClean()
    expect(must(await provision()).stdout).toMatch(/Nothing to change on 4 hosts/)
  },
)

/** Nothing of the relay is left. systemd may need a moment to forget a unit that has ended. */
async function expectClean(): Promise<void> {
  const left = await everywhere(`ls -d ${RELAY_FOLDERS.join(' ')} 2>/dev/null
find /usr/local/bin ${AGENT_DATA} -name '*.part'
:`)
  expect(left.join('')).toBe('')
  const processes = () =>
    everywhere(`cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -o '[^ ]*[r]elay/[^ ]*'
systemctl list-units --all --plain --no-legend 'convecthub-relay*'
:`)
  await expect.poll(async () => (await processes()).join(''), { timeout: 10_000 }).toBe('')
}
