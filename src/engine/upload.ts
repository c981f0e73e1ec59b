import { createHash } from 'node:crypto'
import { dirname } from 'node:path/posix'
import type { Artifact } from '../artifacts/bundle-lock.ts'
import { partialPath } from '../artifacts/partial-path.ts'
import type { Readable } from '../artifacts/shared-file.ts'
import type { ErrorCode } from '../error-codes.ts'
import { ConvecthubError } from '../errors.ts'
import { BIG_FILE } from '../facts/file.ts'
import { joinSh, rawSh, type Script, sh } from '../sh.ts'
import type { Result } from '../transport/connection.ts'
import type { ApplyOptions } from './apply-options.ts'
import { blocks } from './blocks.ts'
import type { UploadChange } from './change.ts'
import { ALONE, type Turn, type TurnEnd } from './delivery.ts'
import { learnDoor, offer, openDoor, withRelay } from './door.ts'
import { fetchFile, type Rest } from './fetch-file.ts'
import { interrupted } from './interrupted.ts'
import { hintFor, UNSAFE_FOLDER_HINT } from './known-causes.ts'
import { changeMs } from './render.ts'
import { withLibrary } from './with-library.ts'

/** Give up when no block gets through for this long, ms. */
const IDLE_MS = 60_000

/** Names of files that are already compressed. */
const PACKED = /\.(?:zst|tzst|gz|tgz|xz|txz|bz2|tbz2?|lz4|zip|png|jpe?g)$/i

/** Exit codes of the upload functions in templates/remote/library.sh. */
const FAULTS: Readonly<Record<number, { code: ErrorCode; message: string; hint: string }>> = {
  77: {
    code: 'UNSAFE_FOLDER',
    message: 'a user other than root can write to its folder',
    hint: UNSAFE_FOLDER_HINT,
  },
  65: {
    code: 'UPLOAD_DIGEST',
    message: 'what arrived is not what was sent',
    hint: 'run the same command again; it sends the whole file',
  },
  66: {
    code: 'NO_SPACE',
    message: 'there is not enough room for it',
    hint: 'free some room on the host, then run the same command again',
  },
  74: {
    code: 'UPLOAD_SHORT',
    message: 'not all of it could be written',
    hint: 'run the same command again; it continues from what has arrived',
  },
}

/**
 * Brings a file to partialPath(), from another host or from here, and checks its sha256 while it arrives, then renames
 * it. Continues an earlier, interrupted upload if the bytes that arrived then are the same. A host that cannot fetch it
 * from another one gets it from here. Errors: UNSAFE_FOLDER, UPLOAD_DIGEST, NO_SPACE, UPLOAD_SHORT, STEP_FAILED when
 * the host cannot take it, and those of the connection.
 */
export async function upload(options: ApplyOptions, change: UploadChange): Promise<void> {
  for (;;) {
    const turn = await nextTurn(options, change)
    let end: TurnEnd = 'broken'
    try {
      end = await take(options, change, turn)
      if (end === 'arrived') return
    } finally {
      turn.end(end)
    }
  }
}

function nextTurn({ relay, emit, host, step }: ApplyOptions, { artifact }: UploadChange): Promise<Turn> {
  const onWait = (from: string) =>
    emit({ event: 'relay', host, step, state: 'waiting', file: artifact.name, from })
  return relay ? relay.delivery.turn(host, artifact.sha256, onWait) : Promise.resolve(ALONE)
}

/** Takes a turn: prepares the host, then has it fetch the file, or sends it. */
async function take(options: ApplyOptions, change: UploadChange, { from }: Turn): Promise<TurnEnd> {
  const { connection, host, step, owner, signal, emit, relay } = options
  const { artifact, path, mode } = change
  const part = partialPath(path)
  const relays = relay?.delivery.relays(artifact.sha256) ? relay : undefined
  const opens = relays?.delivery.needs(host, artifact.sha256)
  const run = { name: `${step}: ${change.title}`, timeoutMs: changeMs(change), signal }
  const { output } = await expectSuccess(
    options,
    change,
    connection.run(
      (relays ? withRelay : withLibrary)(
        sh`set -e
cvh_folder ${dirname(path)}
cvh_record file ${path}
cvh_record file ${part}
cvh_begin ${part} ${artifact.size}
${relays && opens ? openDoor(relays) : rawSh(':')}`,
      ),
      { ...run, lock: owner },
    ),
  )
  if (relays && opens) learnDoor(relays, host, output, emit)
  const source = options.source(artifact)
  const have = await resumeOffset(output, source, artifact)
  const place = sh`set -e
chmod ${mode} ${part}
mv -f ${part} ${path}
${artifact.size >= BIG_FILE ? sh`cvh_keep_digest ${artifact.sha256} ${path}` : rawSh(':')}
${relays ? offer(change) : rawSh(':')}`
  const within = (arrive: Script) => (relays ? withRelay : withLibrary)(joinSh([arrive, place]))
  const end =
    from && relay
      ? await fetchFile(options, change, { from, key: relay.key, have, within })
      : await options.uploads(() => send(options, change, { source, have, within }))
  if (end === 'arrived') relays?.delivery.serves(host, artifact.sha256)
  return end
}

/** Sends the rest of the file from here. */
async function send(
  options: ApplyOptions,
  change: UploadChange,
  { source, have, within }: Rest & { source: Readable },
): Promise<TurnEnd> {
  const { connection, host, step, signal, emit } = options
  const { artifact, path } = change
  const part = partialPath(path)
  const reader = source.reader(have)
  const left = {
    size: artifact.size - have,
    packable: !PACKED.test(artifact.name),
    sent: (bytes: number) =>
      emit({ event: 'progress', host, step, sent: have + bytes, total: artifact.size }),
  }
  const run = { name: `${step}: ${change.title}`, timeoutMs: changeMs(change), signal }
  try {
    await expectSuccess(
      options,
      change,
      connection.feed(
        within(sh`cvh_receive ${part} ${have} ${artifact.size} ${artifact.sha256} || exit`),
        blocks(reader, left),
        { ...run, idleMs: IDLE_MS, into: { file: part, have } },
      ),
    )
  } finally {
    await reader.close()
  }
  return 'arrived'
}

/** How many bytes the host already has, from the output of cvh_begin; 0 unless they match the start of the file. */
async function resumeOffset(output: string, source: Readable, artifact: Artifact): Promise<number> {
  const [, text = '0', digest] = /^part (\d{1,20}) ?([0-9a-f]{0,64})$/m.exec(output) ?? []
  const size = Number(text)
  if (size === 0 || size > artifact.size) return 0
  const hash = createHash('sha256')
  const reader = source.reader()
  try {
    for (let left = size; left > 0; ) {
      const piece = await reader.read(left)
      if (piece.length === 0) return 0
      hash.update(piece)
      left -= piece.length
    }
  } finally {
    await reader.close()
  }
  return hash.digest('hex') === digest ? size : 0
}

/** Awaits a script of the upload. Throws when it failed or the run was interrupted. */
async function expectSuccess(
  { host, step, signal }: ApplyOptions,
  change: UploadChange,
  running: Promise<Result>,
): Promise<Result> {
  const result = await running
  if (signal.aborted) throw interrupted(host, step, change)
  if (result.code === 0) return result
  const fault = FAULTS[result.code]
  const why = fault?.message ?? `the host could not write it (exit code ${result.code})`
  throw new ConvecthubError(fault?.code ?? 'STEP_FAILED', `${change.title}: ${why}`, {
    host,
    step,
    evidence: result.output,
    hint: hintFor(result.output, fault?.hint),
  })
}
