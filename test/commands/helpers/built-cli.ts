import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface CliResult {
  code: number | null
  stdout: string
  stderr: string
}

/** The command line, built from the current sources, and an empty folder to run it in. */
export interface BuiltCli {
  folder: string
  /** Path of the program. */
  program: string
  /** Writes a file in the folder and returns its path. */
  write(name: string, text: string, mode?: number): string
  run(
    args: readonly string[],
    options?: { input?: string; env?: Record<string, string>; cwd?: string },
  ): Promise<CliResult>
  remove(): void
}

/** Builds into a new folder, so that parallel tests never see each other's unfinished files. */
export function builtCli(): BuiltCli {
  const cache = join(ROOT, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const program = mkdtempSync(join(cache, 'cli-'))
  for (const name of ['bin/convecthub.cjs', 'package.json', 'templates', 'docs'])
    cpSync(join(ROOT, name), join(program, name), { recursive: true })
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.js'), '--out', join(program, 'dist')])
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'convecthub-cli-')))
  // an empty home, so that the settings of this machine have no effect
  const home = join(folder, '.home')
  mkdirSync(home)
  return {
    folder,
    program: join(program, 'bin/convecthub.cjs'),
    write(name, text, mode = 0o600) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text, { mode })
      return path
    },
    run: (args, { input = '', env, cwd = folder } = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [join(program, 'bin/convecthub.cjs'), ...args], {
          cwd,
          env: { PATH: process.env.PATH, HOME: home, NO_COLOR: '1', ...env },
        })
        const result: CliResult = { code: null, stdout: '', stderr: '' }
        child.stdout.on('data', (chunk) => {
          result.stdout += chunk
        })
        child.stderr.on('data', (chunk) => {
          result.stderr += chunk
        })
        child.on('error', reject)
        child.on('close', (code) => resolve({ ...result, code }))
        // ignore EPIPE from a program that ends before it has read its stdin
        child.stdin.on('error', () => {})
        child.stdin.end(input)
      }),
    remove() {
      rmSync(program, { recursive: true, force: true })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
