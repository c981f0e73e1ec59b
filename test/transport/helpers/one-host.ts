import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from '../../../src/artifacts/shared-file.ts'
import type { EngineEvent } from '../../../src/engine/event.ts'
import { run } from '../../../src/engine/run.ts'
import type { RunReport } from '../../../src/engine/run-options.ts'
import type { Step } from '../../../src/engine/step.ts'
import { rawSh, type Script } from '../../../src/sh.ts'
import { connect } from '../../../src/transport/connect.ts'
import type { Connection } from '../../../src/transport/connection.ts'
import type { Target } from '../../../src/transport/target.ts'
import { testDesired } from '../../helpers/test-cluster.ts'
import { textSource } from '../../helpers/text-source.ts'
import { moved, sharedIn } from './own-places.ts'

/** This machine as the only host of a run, with its records, jobs and lock in `folder`. */
export interface OneHost {
  folder: string
  /** An empty folder for the step's own files. */
  place: string
  run(step: Step, options: OneRun): Promise<OneOutcome>
  remove(): void
}

export interface OneRun {
  target: Target
  source?: Readable
  signal?: AbortSignal
  onEvent?: (event: EngineEvent) => void
}

export interface OneOutcome {
  report: RunReport
  events: readonly EngineEvent[]
  /** The text of each error; empty on success. */
  errors: readonly string[]
  /** How many broken links were reported. */
  breaks: number
}

export function oneHost(): OneHost {
  const folder = mkdtempSync(join(tmpdir(), 'cvh-one-'))
  const place = join(folder, 'place')
  mkdirSync(place)
  return {
    folder,
    place,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    async run(step, { target, source = textSource(''), signal = new AbortController().signal, onEvent }) {
      const events: EngineEvent[] = []
      const desired = testDesired({ drivers: ['h1'], workers: [] })
      const report = await run({
        verb: 'provision',
        recipe: [step],
        desired,
        hosts: desired.cluster.hosts,
        connect: async () => atHome(await connect(target, sharedIn(folder)), folder),
        source: () => source,
        apply: true,
        forks: 1,
        ignore: new Set(),
        owner: `the test in ${folder}`,
        signal,
        emit(event) {
          events.push(event)
          onEvent?.(event)
        },
      })
      const errors = events.flatMap((event) => {
        const { error } = event.event === 'step' || event.event === 'host-failed' ? event : {}
        return error ? [`${error.code} ${error.message} ${error.details.evidence ?? ''}`] : []
      })
      const breaks = events.filter(({ event }) => event === 'link-lost').length
      return { report, events, errors, breaks }
    },
  }
}

function atHome(connection: Connection, folder: string): Connection {
  const move = (script: Script) => rawSh(moved(script.reveal(), folder))
  return {
    host: connection.host,
    get execs() {
      return connection.execs
    },
    get sudoAsked() {
      return connection.sudoAsked
    },
    close: () => connection.close(),
    run: (script, options) => connection.run(move(script), options),
    feed: (script, blocks, options) => connection.feed(move(script), blocks, options),
  }
}
