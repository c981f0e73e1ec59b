import { expect, it } from 'vitest'
import { Delivery, type Door, type Turn, type TurnEnd } from '../../src/engine/delivery.ts'

const X = 'x'.repeat(64)
const doorOf = (host: string): Door => ({
  host,
  address: `10.0.0.${host.slice(1)}`,
  port: 20_000,
  hostKey: 'k',
})

/** Hosts h1, h2, … that want one file, and the log of who gets it from whom. */
class Fleet {
  readonly stop = new AbortController()
  readonly delivery: Delivery
  /** `h2 < h1`, or `h1 < here`. */
  readonly log: string[] = []
  readonly turns = new Map<string, Turn>()

  readonly hosts: readonly string[]

  constructor(count: number) {
    this.hosts = Array.from({ length: count }, (_, i) => `h${i + 1}`)
    this.delivery = new Delivery(new Map([[X, this.hosts]]), this.stop.signal)
  }

  /** Asks for the file. The turn is in `turns` as soon as it has come. */
  ask(...hosts: string[]): Promise<void> {
    for (const host of hosts)
      this.delivery
        .turn(host, X, (other) => this.log.push(`${host} waits for ${other}`))
        .then((turn) => {
          this.turns.set(host, turn)
          this.log.push(`${host} < ${turn.from?.host ?? 'here'}`)
        })
    return settle()
  }

  /** Ends the turn of a host; with a door, the host serves the file from then on. */
  async end(host: string, how: TurnEnd, { door = true } = {}): Promise<void> {
    const turn = this.turns.get(host)
    if (!turn) throw new Error(`it is not the turn of ${host}`)
    this.turns.delete(host)
    if (how === 'arrived') {
      this.delivery.opened(host, door ? doorOf(host) : undefined)
      this.delivery.serves(host, X)
    }
    turn.end(how)
    await settle()
  }

  /** What was logged since the last call. */
  said(): string[] {
    return this.log.splice(0)
  }
}

/** Lets all promises that can settle do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

it('one host gets the file from here, and serves two others at a time, which serve others in turn', async () => {
  const fleet = new Fleet(7)
  await fleet.ask(...fleet.hosts)
  expect(fleet.said()).toEqual([
    ...['h2', 'h3', 'h4', 'h5', 'h6', 'h7'].map((host) => `${host} waits for h1`),
    'h1 < here',
  ])
  await fleet.end('h1', 'arrived')
  expect(fleet.said()).toEqual(['h2 < h1', 'h3 < h1'])
  await fleet.end('h2', 'arrived')
  expect(fleet.said().filter((line) => line.includes('<'))).toEqual(['h4 < h2', 'h5 < h1', 'h6 < h2'])
})

it('takes the source with the fewest guests', async () => {
  const fleet = new Fleet(5)
  await fleet.ask('h1')
  await fleet.end('h1', 'arrived')
  await fleet.ask('h2')
  await fleet.end('h2', 'arrived')
  fleet.said()
  await fleet.ask('h3')
  await fleet.ask('h4')
  await fleet.ask('h5')
  expect(fleet.said()).toEqual(['h3 < h1', 'h4 < h2', 'h5 < h1'])
})

it.each<{ what: string; how: TurnEnd; door?: boolean; next: string[] }>([
  { what: 'fails', how: 'broken', next: ['h2 < here', 'h3 waits for h2'] },
  { what: 'cannot serve', how: 'arrived', door: false, next: ['h2 < here', 'h3 waits for h2'] },
  { what: 'can serve', how: 'arrived', next: ['h2 < h1', 'h3 < h1'] },
])('when the first host $what, the next ones go on', async ({ how, door = true, next }) => {
  const fleet = new Fleet(3)
  await fleet.ask('h1', 'h2', 'h3')
  fleet.said()
  await fleet.end('h1', how, { door })
  expect(fleet.said().toSorted()).toEqual(next)
})

it('nobody waits for a host that turns out to be unable to serve', async () => {
  const fleet = new Fleet(3)
  await fleet.ask('h1', 'h2', 'h3')
  fleet.said()
  fleet.delivery.opened('h1', undefined)
  await settle()
  expect(fleet.said()).toContain('h2 < here')
})

it('a host does not ask again where it failed', async () => {
  const fleet = new Fleet(3)
  await fleet.ask('h1')
  await fleet.end('h1', 'arrived')
  await fleet.ask('h2')
  await fleet.end('h2', 'failed')
  fleet.said()
  await fleet.ask('h2', 'h3')
  expect(fleet.said()).toEqual(['h2 < here', 'h3 < h1'])
})

it('a lost connection of the receiver says nothing about the source', async () => {
  const fleet = new Fleet(2)
  await fleet.ask('h1')
  await fleet.end('h1', 'arrived')
  await fleet.ask('h2')
  await fleet.end('h2', 'broken')
  fleet.said()
  await fleet.ask('h2')
  expect(fleet.said()).toEqual(['h2 < h1'])
})

it('nobody asks a host again that sent something else', async () => {
  const fleet = new Fleet(3)
  await fleet.ask('h1')
  await fleet.end('h1', 'arrived')
  await fleet.ask('h2')
  await fleet.end('h2', 'wrong')
  fleet.said()
  await fleet.ask('h3')
  expect(fleet.said()).toEqual(['h3 < here'])
})

it('where hosts do not reach each other, three tries are enough for the run', async () => {
  const fleet = new Fleet(8)
  await fleet.ask(...fleet.hosts)
  await fleet.end('h1', 'arrived')
  fleet.said()
  for (const host of ['h2', 'h3', 'h4']) await fleet.end(host, 'failed')
  // two began before the third failure
  expect(fleet.said().toSorted()).toEqual(['h4 < h1', 'h5 < h1', 'h6 < here', 'h7 < here', 'h8 < here'])
  await fleet.ask('h2')
  expect(fleet.said()).toEqual(['h2 < here'])
})

it('failures after a success do not end the relay for others', async () => {
  const fleet = new Fleet(7)
  await fleet.ask('h1')
  await fleet.end('h1', 'arrived')
  for (const [host, how] of [
    ['h2', 'arrived'],
    ['h3', 'failed'],
    ['h4', 'failed'],
    ['h5', 'failed'],
  ] as const) {
    await fleet.ask(host)
    await fleet.end(host, how)
  }
  fleet.said()
  await fleet.ask('h6')
  expect(fleet.said()).toEqual(['h6 < h1'])
})

it('Ctrl-C ends all waits', async () => {
  const fleet = new Fleet(3)
  await fleet.ask('h1', 'h2', 'h3')
  fleet.said()
  fleet.stop.abort()
  await settle()
  expect(fleet.said()).toEqual(['h2 < here', 'h3 < here'])
})

it('a file that nobody planned comes from here at once', async () => {
  const { delivery } = new Fleet(2)
  await delivery.turn('h1', 'other', () => {})
  const turn = await delivery.turn('h2', 'other', () => {})
  expect(turn.from).toBeUndefined()
  expect(delivery.relays('other')).toBe(false)
})

it('opens doors only while others need one', async () => {
  const fleet = new Fleet(2)
  await fleet.ask('h1')
  expect(fleet.delivery.needs('h1', X)).toBe(true)
  await fleet.end('h1', 'arrived')
  await fleet.ask('h2')
  expect(fleet.delivery.needs('h2', X)).toBe(false)
  expect(fleet.delivery.over).toBe(false)
  await fleet.end('h2', 'arrived')
  expect(fleet.delivery.over).toBe(true)
  expect(['h1', 'h2', 'h1'].map((host) => fleet.delivery.shut(host))).toEqual([true, true, false])
})

it('is over when the hosts that still want something are out of the run', async () => {
  const fleet = new Fleet(2)
  await fleet.ask('h1')
  await fleet.end('h1', 'arrived')
  fleet.delivery.leave('h2')
  expect(fleet.delivery.over).toBe(true)
})
