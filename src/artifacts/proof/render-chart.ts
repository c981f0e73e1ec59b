import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digest } from '../../digest.ts'
import { systemReason } from '../../system-error.ts'

/** Helm may take this long, ms; a real chart takes a tenth of a second. */
const DEADLINE_MS = 60_000

/** More than any chart renders to, bytes. */
const LARGEST = 64 * 1024 * 1024

/** A file, and the digest that it must have: lower-case hex of its sha256. */
export interface CheckedFile {
  path: string
  sha256: string
}

/** What Helm is asked to render. */
export interface Rendered {
  helm: CheckedFile
  chart: CheckedFile
  /** Values as texts of YAML; later ones take precedence. They may hold passwords. */
  values: readonly string[]
  /** The Kubernetes to render for: the version of K3s. */
  k3s: string
}

/** What came of it: the text, Helm's words where it refuses chart or values, or why Helm cannot be run here. */
export type HelmAnswer = { text: string } | { refused: string } | { unable: string }

/**
 * Renders a chart on this computer by `helm template`, which asks no cluster. Helm runs as a copy with the digest that is
 * expected, in a folder of its own, with a deadline and with no way to the network by its proxy settings.
 */
export async function renderChart({ helm, chart, values, k3s }: Rendered): Promise<HelmAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'convecthub-helm-'))
  try {
    const program = copyOf(helm, join(folder, 'helm'))
    const archive = copyOf(chart, join(folder, 'chart.tgz'))
    // the last values go in over stdin: those of the site, which may hold passwords, never touch the disk
    const files = values.slice(0, -1).map((text, i) => {
      const path = join(folder, `values-${i}.yaml`)
      writeFileSync(path, text, { mode: 0o600 })
      return path
    })
    const layers = [...files, ...(values.length > 0 ? ['-'] : [])].flatMap((path) => ['--values', path])
    const named = ['template', 'convecthub', archive, '--namespace', 'convecthub', '--kube-version', k3s]
    return await runHelm(program, [...named, ...layers], folder, values.at(-1) ?? '')
  } catch (error) {
    return { unable: systemReason(error) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function copyOf({ path, sha256 }: CheckedFile, to: string): string {
  const content = readFileSync(path)
  if (digest(content) !== sha256) throw new Error(`${path} has changed meanwhile`)
  writeFileSync(to, content, { mode: 0o700 })
  return to
}

function runHelm(
  program: string,
  args: readonly string[],
  folder: string,
  input: string,
): Promise<HelmAnswer> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...args],
      {
        cwd: folder,
        // port 9 answers nobody (RFC 863)
        env: {
          HOME: folder,
          // without the folder of Helm: a text that only says `helm` would call itself for ever
          PATH: '/usr/bin:/bin',
          HTTP_PROXY: 'http://127.0.0.1:9',
          HTTPS_PROXY: 'http://127.0.0.1:9',
        },
        timeout: DEADLINE_MS,
        killSignal: 'SIGKILL',
        maxBuffer: LARGEST,
      },
      (error, text, stderr) => {
        if (!error) return resolve({ text })
        if (error.killed) return resolve({ unable: `it was not done after ${DEADLINE_MS / 1000} s` })
        // Helm ends with 1 when it refuses something; a number is an exit code, a text a reason not to start
        if (error.code === 1)
          return resolve({ refused: stderr.slice(Math.max(0, stderr.indexOf('Error: '))).trim() })
        if (error.signal) return resolve({ unable: `it was ended by ${error.signal}` })
        const [said] = stderr.trim().split('\n')
        resolve({
          unable:
            typeof error.code === 'number' ? said || `it ended with code ${error.code}` : systemReason(error),
        })
      },
    )
    // a program that ends at once does not read it
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}
