import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { digest } from '../../src/digest.ts'
import type { Step } from '../../src/engine/step.ts'
import { file } from '../../src/facts/file.ts'
import { artifact } from '../helpers/test-cluster.ts'
import { textSource } from '../helpers/text-source.ts'
import { type OneHost, oneHost } from '../transport/helpers/one-host.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'

/** A host on which no file may become longer than this, like with a quota, bytes. */
const LONGEST = 32 * 1024

let sshd: RealSshd
let host: OneHost
beforeAll(async () => {
  host = oneHost()
  // ulimit of dash counts in blocks of 512 bytes
  const limited = join(host.folder, 'limited')
  sshd = await realSshd([`ForceCommand exec dash ${limited}`])
  writeFileSync(limited, `ulimit -f ${LONGEST / 512}; exec sh -c "$SSH_ORIGINAL_COMMAND"\n`)
})
afterAll(() => {
  sshd?.stop()
  host?.remove()
})

it('an upload that the host cannot write to its end is UPLOAD_SHORT, and its file is not there', async () => {
  // all of it is on its way before the host notices: otherwise the broken link is what is told
  const content = randomBytes(2 * LONGEST).toString('hex')
  const path = join(host.place, 'a')
  const step: Step = {
    id: 'send',
    title: 'Send a file',
    hosts: ({ cluster }) => cluster.hosts,
    facts: () => [file(path)],
    plan: () => {
      const sent = artifact('a', { size: content.length, sha256: digest(content) })
      return [{ kind: 'upload', sign: '+', title: 'send a', artifact: sent, path, mode: '644' }]
    },
  }
  const { report } = await host.run(step, { target: sshd.target(), source: textSource(content) })
  const [error] = report.hosts.flatMap(({ errors }) => errors)
  expect(error).toMatchObject({
    code: 'UPLOAD_SHORT',
    exit: 'failed',
    message: 'send a: not all of it could be written',
    details: { hint: expect.stringContaining('run the same command again') },
  })
  expect(existsSync(path)).toBe(false)
})
