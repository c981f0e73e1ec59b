import { spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from '../../src/transport/connection.ts'

export interface LocalHost {
  connection: Connection
  folder: string
  /** Where convecthub's record and digests go, instead of /var/lib/convecthub. */
  state: string
  /** What programs this host has before those of this machine. */
  bin: string
  remove(): void
}

/** A host that runs real rendered scripts here by `sh`, unprivileged, its record and its programs in a folder. */
export function localHost(): LocalHost {
  const folder = mkdtempSync(join(tmpdir(), 'convecthub-host-'))
  const state = join(folder, 'state')
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const run: Connection['run'] = (script, { onLine }) => {
    const text = script
      .reveal()
      .replaceAll('/var/lib/convecthub', state)
      .replaceAll('/run/convecthub', join(folder, 'run'))
    const child = spawn('sh', ['-c', 'exec 2>&1; eval "$(cat)"'], {
      cwd: folder,
      env: { LC_ALL: 'C', PATH: `${bin}:${process.env.PATH}` },
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stdin.end(text)
    return new Promise((resolve) =>
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
    run,
    append: async (path, data) => {
      for await (const chunk of data) appendFileSync(path, chunk)
    },
    lock: async () => {},
    close: () => {},
  }
  return { connection, folder, state, bin, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
