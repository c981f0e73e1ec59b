import { ConvecthubError } from '../../src/errors.ts'
import type { Connection, Result } from '../../src/transport/connection.ts'

/**
 * What a command of a fake host does: it prints lines, fails with an exit code, or runs until interrupted (`hang`).
 * `lost` breaks the connection twice: before the command is done, and after.
 */
export type Reaction = readonly string[] | number | 'hang' | 'lost'

export interface FakeHost {
  connection: Connection
  /** The names of everything that was made on this host. */
  made: Set<string>
  /** The commands that ran, such as `make a`. */
  ran: string[]
  /** How many bytes scripts got as input. */
  fed: number
  connects: number
  runs: number
  closed: number
  owner: string | undefined
}

export interface FakeHostOptions {
  made?: readonly string[]
  /** Reactions by command, such as `make a`. */
  reactions?: Readonly<Record<string, Reaction>>
  /** Called when a command starts on this host. */
  onEvent?: (host: string, command: string) => void
  /** Names that are never made, although their command succeeds. */
  stubborn?: readonly string[]
  /** Made for all hosts: names that begin with `world:`, such as the nodes of a cluster. */
  world?: Set<string>
}

const WORDS = /(@@\w+ (?:change \d+|probe))|(@@\w+ [\w-]+)|^(make|ask) (.+)$/gm

/**
 * A host without a shell. In a rendered script it understands, in order, `make NAME`, `ask NAMES` and the marks of
 * changes and of sections of a probe. It ignores everything else.
 */
export function fakeHost(name: string, options: FakeHostOptions = {}): FakeHost {
  const { reactions = {}, onEvent = () => {}, stubborn = [], world = new Set() } = options
  const made = new Set(options.made)
  const fake: Omit<FakeHost, 'connection'> = {
    made,
    ran: [],
    fed: 0,
    connects: 0,
    runs: 0,
    closed: 0,
    owner: undefined,
  }

  const placeOf = (what: string) => (what.startsWith('world:') ? world : made)
  const make = async (
    what: string,
    signal?: AbortSignal,
  ): Promise<{ code: number; lines: readonly string[] }> => {
    const command = `make ${what}`
    fake.ran.push(command)
    onEvent(name, command)
    const reaction = reactions[command]
    if (reaction === 'hang') {
      await aborted(signal)
      return { code: 143, lines: [] }
    }
    if (reaction === 'lost') {
      const times = fake.ran.filter((ran) => ran === command).length
      if (times === 2) placeOf(what).add(what)
      if (times < 3) throw new ConvecthubError('LOST', 'connection lost', { host: name })
    }
    if (typeof reaction === 'number') return { code: reaction, lines: [`${what} went wrong`] }
    if (!stubborn.includes(what)) placeOf(what).add(what)
    return { code: 0, lines: Array.isArray(reaction) ? reaction : [] }
  }

  const run: Connection['run'] = async (script, { onLine, signal, lock }): Promise<Result> => {
    fake.runs += 1
    if (lock !== undefined) fake.owner = lock
    const output: string[] = []
    const say = (line: string) => {
      output.push(line)
      onLine?.(line)
    }
    const ended = (code: number): Result => ({ code, output: output.join('\n'), ms: 1 })
    for (const [, mark, section, verb, words = ''] of script.reveal().matchAll(WORDS)) {
      if (mark) say(mark)
      if (section) {
        say('')
        say(section)
        if (section.endsWith(' system')) say('os.PRETTY_NAME=Fake OS')
      }
      if (verb === 'ask')
        for (const word of words.split(' ')) say(`${word}=${placeOf(word).has(word) ? 'so' : 'no'}`)
      if (verb !== 'make') continue
      const { code, lines } = await make(words, signal)
      for (const line of lines) say(line)
      if (code !== 0) return ended(code)
    }
    return ended(0)
  }

  const feed: Connection['feed'] = async (script, blocks, options) => {
    for await (const { data } of blocks) for await (const chunk of data) fake.fed += chunk.length
    return run(script, options)
  }
  const connection: Connection = {
    host: name,
    execs: 1,
    sudoAsked: false,
    run,
    feed,
    close: () => {
      fake.closed += 1
    },
  }
  return Object.assign(fake, { connection })
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** The error of connecting to an unreachable host. */
export function unreachable(host: string): ConvecthubError {
  return new ConvecthubError('UNREACHABLE', 'no route to host', { host })
}
