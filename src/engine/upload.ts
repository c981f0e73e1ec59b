import { partialPath } from '../artifacts/partial-path.ts'
import { ConvecthubError } from '../errors.ts'
import { BIG_FILE } from '../facts/file.ts'
import { joinSh, rawSh, sh } from '../sh.ts'
import { template } from '../templates.ts'
import type { ApplyOptions } from './apply-options.ts'
import type { UploadChange } from './change.ts'
import { changeMs } from './render.ts'

/**
 * Sends a file beside its place, checks its sha256 on the host, then renames it. Errors: UPLOAD_DIGEST when what
 * arrived is not what was sent, STEP_FAILED when the host cannot take it, and those of the connection.
 */
export async function upload(options: ApplyOptions, change: UploadChange): Promise<void> {
  const { connection, host, step, emit, signal } = options
  const { artifact, path, mode } = change
  const part = partialPath(path)
  const run = { name: `${step}: ${change.title}`, timeoutMs: changeMs(change), signal }
  const library = rawSh(template('remote/library.sh'))
  await must(
    options,
    change,
    joinSh([
      library,
      sh`set -e
cvh_folder ${path.slice(0, path.lastIndexOf('/'))}
${change.ours ? sh`cvh_record file ${path}` : rawSh(':')}
cvh_record file ${part}
rm -f ${part}
(umask 077 && : >${part})`,
    ]),
  )

  const content = options.source(artifact)
  async function* counted() {
    let sent = 0
    for await (const chunk of content) {
      if (signal.aborted) return
      sent += chunk.length
      yield chunk
      emit({ event: 'progress', host, step, sent, total: artifact.size })
    }
  }
  await connection.append(part, counted(), artifact.size, run)

  await must(
    options,
    change,
    joinSh([
      library,
      sh`set -e
digest=$(sha256sum ${part})
if [ "\${digest%% *}" != ${artifact.sha256} ]; then rm -f ${part}; exit 65; fi
chmod ${mode} ${part}
mv -f ${part} ${path}
${artifact.size >= BIG_FILE ? sh`cvh_keep_digest ${artifact.sha256} ${path}` : rawSh(':')}`,
    ]),
  )
}

async function must(
  { connection, host, step, signal }: ApplyOptions,
  change: UploadChange,
  script: ReturnType<typeof joinSh>,
) {
  const result = await connection.run(script, {
    name: `${step}: ${change.title}`,
    timeoutMs: changeMs(change),
    signal,
  })
  if (result.code === 0) return
  const digest = result.code === 65
  throw new ConvecthubError(
    digest ? 'UPLOAD_DIGEST' : 'STEP_FAILED',
    'failed',
    digest
      ? `${change.title}: what arrived is not what was sent`
      : `${change.title}: exit code ${result.code}`,
    { host, step, evidence: result.output, hint: 'run the same command again; it sends the file anew' },
  )
}
