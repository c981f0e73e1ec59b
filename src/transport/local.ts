import { spawn } from 'node:child_process'
import type { Channel } from './connection.ts'

/** Starts a command on this machine, for ansible_connection=local. */
export function localChannel(command: string): Channel {
  const child = spawn('/bin/sh', ['-c', command], { stdio: 'pipe' })
  const closed = new Promise<{ code: number | undefined; error?: Error }>((resolve) => {
    child.on('error', (error) => resolve({ code: undefined, error }))
    child.on('close', (code) => resolve({ code: code ?? undefined }))
  })
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    closed,
    close: () => child.stdin.end(),
  }
}
