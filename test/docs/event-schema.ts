import { z } from 'zod'
import type { WorkEvent } from '../../src/artifacts/work-event.ts'
import type { Change } from '../../src/engine/change.ts'
import type { EngineEvent } from '../../src/engine/event.ts'
import type { Outcome, Result } from '../../src/outcome.ts'
import type { Summary, VerbEvent } from '../../src/ui/conclusion.ts'

const host = z.string().describe('name of a host in the inventory')
const step = z.string().describe('id of a step')
const ms = z.number().int().min(0).describe('milliseconds')
const names = <T extends string>(all: Record<T, true>) => z.enum(Object.keys(all) as [T, ...T[]])

const origin = z.strictObject({
  file: z.string(),
  line: z.int().min(1).optional(),
  column: z.int().min(1).optional(),
})

const errorFields = {
  code: z.string().describe('stable; convecthub explain CODE tells more'),
  message: z.string(),
  host: host.optional(),
  step: step.optional(),
  origin: origin.optional(),
  evidence: z.string().optional().describe('lines that show the cause'),
  hint: z.string().optional().describe('what to do'),
}
const error = z.strictObject(errorFields)

const outcome = names<Outcome>({ unchanged: true, changed: true, failed: true, blocked: true, skipped: true })
const result = names<Result>({
  changed: true,
  unchanged: true,
  failed: true,
  stopped: true,
  skipped: true,
  unreached: true,
})
const change = z.strictObject({
  kind: names<Change['kind']>({
    file: true,
    upload: true,
    packages: true,
    run: true,
    service: true,
    wait: true,
  }),
  sign: z.enum(['+', '~', '-', '!']),
  title: z.string(),
})

const hostOutcome = z.strictObject({
  host,
  result,
  changes: z.int().describe('changes made, or planned by a run that only looks'),
  waits: z.int(),
  steps: z.strictObject({
    unchanged: z.int(),
    changed: z.int(),
    failed: z.int(),
    blocked: z.int(),
    skipped: z.int(),
  }),
  ms,
  errors: z.array(error),
  blockedBy: z.string().optional().describe('`step on host` that it waited for'),
})

/** Every kind of event that --output json prints. */
type Kind =
  | Exclude<EngineEvent['event'], 'progress'>
  | Extract<WorkEvent['event'], 'fetch' | 'fetched'>
  | VerbEvent['event']
  | Summary['event']

/** The fields of each event and, as the description, when it is printed. */
const EVENTS = {
  run: z
    .object({
      schema: z.literal(1),
      verb: z.string(),
      applies: z.boolean().describe('false when it only looks'),
      hosts: z.array(host),
      steps: z.array(z.strictObject({ id: z.string(), title: z.string() })),
      standIn: z.boolean().describe('whether the bundle is a stand-in'),
    })
    .describe('a run on hosts begins'),
  connecting: z.object({ host }).describe('the login to a host begins'),
  queued: z
    .object({ host })
    .describe('the login failed, maybe as too many came at once; it begins again later'),
  connected: z
    .object({
      host,
      ms,
      os: z.string(),
      sudoAsked: z.boolean().describe('whether sudo asked for the password'),
    })
    .describe('a host has answered'),
  'host-failed': z.object({ host, error }).describe('a host is out of the run'),
  finding: z
    .object({
      finding: z.strictObject({
        level: z.enum(['error', 'warning']),
        id: z.string(),
        message: z.string(),
        hint: z.string(),
      }),
      hosts: z.array(host),
    })
    .describe('a check found something, the same on all these hosts'),
  planned: z
    .object({ host, step, changes: z.array(change) })
    .describe('what a step has to change; an empty list when nothing'),
  delivery: z
    .object({
      here: z.int().describe('bytes that this computer sends'),
      between: z.int().describe('bytes that hosts send each other'),
      files: z.array(
        z.strictObject({
          file: z.string(),
          size: z.int().describe('bytes'),
          to: z.array(host),
          from: z.array(host).describe('hosts that have it already; when none, this computer sends it once'),
        }),
      ),
    })
    .describe('what goes from host to host; only when something does'),
  'step-start': z.object({ host, step }).describe('a step begins to change something'),
  'change-start': z.object({ host, step, change }).describe('a change begins'),
  'change-end': z.object({ host, step, change, ms }).describe('a change was made'),
  line: z.object({ host, step, line: z.string() }).describe('what a host printed; only with -v'),
  waiting: z
    .object({ host, job: z.string(), ms, ends: z.boolean().optional() })
    .describe('a job of an earlier run is still running; with `ends` it is ended, else waited for'),
  'link-lost': z
    .object({ host, step, error })
    .describe('the connection broke; the step goes on when the host answers again'),
  'no-relay': z.object({ host, why: z.string() }).describe('a host cannot serve files to others'),
  relay: z
    .object({
      host,
      step,
      state: z.enum(['waiting', 'fetching', 'failed']),
      file: z.string(),
      from: host,
      why: z.string().optional(),
    })
    .describe('a host waits for another one that is receiving a file, fetches it from there, or could not'),
  step: z
    .object({ host, step, outcome, ms, error: error.optional(), blockedBy: z.string().optional() })
    .describe('a step has ended on a host'),
  check: z
    .object({ what: z.string(), healthy: z.boolean(), detail: z.string() })
    .describe('`status`: the result of a check'),
  left: z.object({ host, what: z.string() }).describe('`reset`: something that it did not remove'),
  kept: z.object({ what: z.string(), path: z.string() }).describe("`reset`: users' data that stays"),
  error: z
    .object(errorFields)
    .describe(
      'what kept a command from starting; `inventory check`: a mistake; `bundle verify`: what is missing',
    ),
  warning: z
    .object({
      code: z.string(),
      message: z.string(),
      origin,
      evidence: z.string().optional(),
      hint: z.string().optional(),
    })
    .describe(
      '`inventory check`: what is legal but probably a mistake; `bundle verify`, `bundle lock`: what cannot be told',
    ),
  file: z
    .object({
      name: z.string(),
      kind: z.string(),
      architecture: z.string(),
      version: z.string().optional(),
      size: z.int().describe('bytes'),
      sha256: z.string(),
      licence: z.string().optional().describe('only of `bundle list`, as are the following'),
      images: z.array(z.object({ name: z.string(), digest: z.string().optional() })).optional(),
      packages: z.array(z.object({ name: z.string(), version: z.string() })).optional(),
    })
    .describe('`bundle`: a file of the bundle'),
  difference: z
    .object({
      sign: z.enum(['+', '-', '~']),
      what: z.enum(['file', 'image']),
      name: z.string(),
      from: z.string().optional().describe('version or digest in the first bundle, or before'),
      to: z.string().optional(),
    })
    .describe('`bundle diff`, `bundle pull --update`: a file or an image that only one of the two has'),
  fetch: z
    .object({ name: z.string(), from: z.string().describe('an address, or the name of an image') })
    .describe('`bundle pull`: it begins to fetch a file'),
  fetched: z
    .object({ name: z.string(), size: z.int().describe('bytes'), sha256: z.string(), ms })
    .describe('`bundle pull`: a file was fetched, and is right'),
  part: z
    .object({ name: z.string(), size: z.int().describe('bytes') })
    .describe('`bundle pack`: a file that it wrote'),
  signed: z
    .object({ key: z.string().describe('the public key, for `bundle_key` in the inventory') })
    .describe('`bundle sign`: the bundle is signed'),
  image: z
    .object({
      name: z.string(),
      by: z.string().describe('who asks for it'),
      pullPolicy: z.string().optional(),
      held: z.boolean().optional().describe('whether the bundle has it; left out where that is not known'),
    })
    .describe('`bundle verify`: an image that will be asked for'),
  machine: z
    .object({ name: z.string(), address: z.string(), state: z.string(), sshd: z.boolean() })
    .describe('`lab status`: a machine'),
  password: z.object({ password: z.string() }).describe('`hub password`: the password'),
  summary: z
    .object({
      verb: z.string(),
      applied: z.boolean().describe('false when it only looked'),
      ok: z.boolean().describe('whether `exit` is 0'),
      exit: z.int().describe('exit code of the program'),
      ms,
      interrupted: z.boolean(),
      hosts: z.array(hostOutcome),
    })
    .describe('how it ended; always the last line'),
} as const satisfies Record<Kind, z.ZodObject>

/** Each event with its description. */
export const EVENT_SCHEMAS: readonly { name: string; fields: string[]; about: string }[] = Object.entries(
  EVENTS,
).map(([name, schema]) => ({ name, fields: Object.keys(schema.shape), about: schema.description ?? '' }))

/** A line of --output json. */
export const eventSchema = z.union(
  Object.entries(EVENTS).map(([name, schema]) =>
    z.strictObject({ event: z.literal(name), ...schema.shape }).describe(schema.description ?? ''),
  ),
)
