import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CommandResult, runCommand } from '../../src/artifacts/run-command.ts'
import { DEFAULT_K3S_VERSION, standInHelm, standInK3s } from '../../src/lab/stand-in-programs.ts'

/** A folder that acts as the root file system of a machine for the stand-in programs. */
export interface StandInRoot {
  path: string
  k3s(...args: string[]): Promise<CommandResult>
  helm(...args: string[]): Promise<CommandResult>
  /** Starts `k3s server` or `k3s agent` and leaves it running. */
  start(role: 'server' | 'agent'): ChildProcess
  /** Starts K3s and waits until its stderr matches `words`. K3s keeps running. */
  says(role: 'server' | 'agent', words: RegExp): Promise<string>
  write(name: string, text: string): string
  /** Stops what is running and removes the folder. */
  remove(): void
}

/** Makes a root with a K3s configuration. */
export function standInRoot(config: object, version = DEFAULT_K3S_VERSION): StandInRoot {
  const path = mkdtempSync(join(tmpdir(), 'stand-in-'))
  const children: ChildProcess[] = []
  const env = { ...process.env, STAND_IN_ROOT: path, STAND_IN_FAST: '1' }
  const write = (name: string, text: string) => {
    const file = join(path, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }
  const k3s = write('k3s', standInK3s(version))
  const helm = write('helm', standInHelm())
  chmodSync(k3s, 0o755)
  chmodSync(helm, 0o755)
  // JSON is valid YAML
  write('etc/rancher/k3s/config.yaml', JSON.stringify(config))
  return {
    path,
    k3s: (...args) => runCommand(k3s, args, { env, timeoutMs: 20_000 }),
    helm: (...args) => runCommand(helm, args, { env, timeoutMs: 20_000 }),
    start(role) {
      const child = spawn(k3s, [role], { env, stdio: 'ignore' })
      children.push(child)
      return child
    },
    says(role, words) {
      const child = spawn(k3s, [role], { env, stdio: ['ignore', 'ignore', 'pipe'] })
      children.push(child)
      return new Promise((resolve, reject) => {
        let said = ''
        child.stderr.on('data', (chunk: Buffer) => {
          said += chunk
          if (words.test(said)) resolve(said)
        })
        child.on('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)))
      })
    },
    write,
    remove() {
      for (const child of children) child.kill('SIGKILL')
      try {
        // the stand-in containerd shim keeps running after k3s ends, as the real one does
        process.kill(Number(readFileSync(join(path, 'run/k3s/stand-in/shim.pid'), 'utf8')), 'SIGKILL')
      } catch {
        // no shim was started
      }
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** A TCP port that is currently free. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** Repeats a command until it succeeds, for at most 15 seconds. Returns the last result. */
export async function eventually(
  run: () => Promise<CommandResult>,
  well = (result: CommandResult) => result.code === 0,
): Promise<CommandResult> {
  for (const end = Date.now() + 15_000; ; await sleep(200)) {
    const result = await run()
    if (well(result) || Date.now() > end) return result
  }
}
