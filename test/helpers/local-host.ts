import { spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import type { Script } from '../../src/sh.ts'
import type { Connection, Result, RunOptions } from '../../src/transport/connection.ts'

export interface LocalHost {
  connection: Connection
  folder: string
  /** The folder that replaces /var/lib/convecthub. */
  state: string
  /** A folder at the front of the PATH, for fake programs. */
  bin: string
  remove(): void
}

/**
 * A host that runs scripts with `sh` on this machine, as the current user. Only /var/lib/convecthub and /run/convecthub
 * are replaced, by a temporary folder: a script that writes to any other path changes this machine, so give it paths
 * below `folder`, and fake programs in `bin`.
 */
export function localHost(): LocalHost {
  const folder = mkdtempSync(join(tmpdir(), 'convecthub-host-'))
  const state = join(folder, 'state')
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const start = (script: Script, { onLine }: RunOptions, input: (stdin: Writable) => void) => {
    const text = script
      .reveal()
      .replaceAll('/var/lib/convecthub', state)
      .replaceAll('/run/convecthub', join(folder, 'run'))
    writeFileSync(join(folder, 'script'), text)
    const child = spawn('sh', ['-c', `exec 2>&1; eval "$(cat ${folder}/script)"`], {
      cwd: folder,
      env: { LC_ALL: 'C', PATH: `${bin}:${process.env.PATH}` },
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stdin.on('error', () => {})
    input(child.stdin)
    return new Promise<Result>((resolve) =>
      child.on('close', (code) => {
        const whole = output.replace(/\n$/, '')
        for (const line of whole.split('\n')) onLine?.(line)
        resolve({ code: code ?? 255, output: whole, ms: 0 })
      }),
    )
  }
  const connection: Connection = {
    host: 'local',
    execs: 1,
    sudoAsked: false,
    run: (script, options) => start(script, options, (stdin) => stdin.end()),
    feed: async (script, blocks, options) => {
      const { into } = options
      const input: (Uint8Array | string)[] = []
      if (into?.have === 0) writeFileSync(into.file, '')
      for await (const { raw, data } of blocks) {
        const whole: Uint8Array[] = []
        for await (const chunk of data) whole.push(chunk)
        const bytes = raw === undefined ? Buffer.concat(whole) : gunzipSync(Buffer.concat(whole))
        if (into) appendFileSync(into.file, bytes)
        input.push(into ? `${bytes.length}\n` : bytes)
      }
      return start(script, options, (stdin) => {
        for (const piece of input) stdin.write(piece)
        stdin.end()
      })
    },
    close: () => {},
  }
  return { connection, folder, state, bin, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
