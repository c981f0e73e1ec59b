import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atEnd } from './clean-up.js'

export const TIME = '/usr/bin/time'

/** Timeout of a run in ms. */
const LIMIT = 20 * 60_000

/** How many characters of a failed run's output to show. */
const SHOWN = 2000

const times = join(tmpdir(), `convecthub-times-${process.pid}`)

/** @type {Set<number>} Process groups of running programs. */
const running = new Set()
let guarded = false

/** Registers the clean-up on the first run, so that programs are ended before their folders are removed. */
function guard() {
  if (guarded) return
  guarded = true
  atEnd(() => {
    for (const pid of running) endGroup(pid)
    rmSync(times, { force: true })
  })
}

/**
 * Runs a program and measures it, including start-up: wall-clock seconds, CPU seconds with all children that it waited
 * for, the peak memory of the largest of these processes in MB, and the output.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 */
export async function measure(command, args, options = {}) {
  guard()
  const began = performance.now()
  try {
    const { stdout, stderr, code } = await run(
      TIME,
      ['-q', '-f', '%U %S %M', '-o', times, command, ...args],
      options,
    )
    const seconds = (performance.now() - began) / 1000
    if (code !== 0)
      throw new Error(
        `${command} ${args.join(' ').slice(0, 300)}: exit code ${code}\n${(stdout + stderr).slice(-SHOWN)}`,
      )
    const [user, system, kilobytes] = readFileSync(times, 'utf8').trim().split(' ').map(Number)
    return { seconds, cpu: user + system, megabytes: (kilobytes * 1024) / 1e6, stdout, stderr }
  } finally {
    rmSync(times, { force: true })
  }
}

/** @param {readonly number[]} numbers */
export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
}

function run(command, args, options) {
  return new Promise((resolve, reject) => {
    // in its own process group, so that no children remain when the run is stopped
    const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    const late = setTimeout(() => endGroup(child.pid), LIMIT)
    const output = { stdout: [], stderr: [] }
    running.add(child.pid)
    for (const stream of ['stdout', 'stderr']) child[stream].on('data', (chunk) => output[stream].push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(late)
      running.delete(child.pid)
      const [stdout, stderr] = [output.stdout, output.stderr].map((chunks) =>
        Buffer.concat(chunks).toString(),
      )
      resolve({ code, stdout, stderr })
    })
  })
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it has already ended
  }
}
