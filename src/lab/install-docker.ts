import { spawn } from 'node:child_process'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from '../artifacts/run-command.ts'
import { ConvecthubError } from '../errors.ts'
import { aptInstall } from './apt-install.ts'
import { tryDocker } from './docker.ts'
import type { Emit } from './emit.ts'
import { labPaths } from './lab-identity.ts'

const START_MS = 60_000

/**
 * Installs docker.io when `packages` is set or dockerd is missing, then starts the engine: with systemd if that runs,
 * else dockerd in the background with its log and pid in `stateDir`. Errors: LAB_DOCKER_INSTALL, LAB_DOCKER_START.
 */
export async function installDocker(packages: boolean, stateDir: string, emit: Emit): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new ConvecthubError('LAB_DOCKER_INSTALL', 'only root can install or start Docker', {
      hint: 'run the same command with sudo',
    })
  if (packages || (await runCommand('dockerd', ['--version'])).code === 127) await install(emit)
  emit('starting the Docker engine')
  if (existsSync('/run/systemd/system')) await runCommand('systemctl', ['start', 'docker'])
  else await startDockerd(stateDir)
}

async function install(emit: Emit): Promise<void> {
  emit('installing docker.io')
  const apt = await aptInstall('docker.io')
  if (apt.code === 0) return
  throw new ConvecthubError('LAB_DOCKER_INSTALL', 'docker.io could not be installed', {
    evidence: apt.stderr.trim(),
    hint: 'see that `apt-get install docker.io` works on this machine',
  })
}

async function startDockerd(stateDir: string): Promise<void> {
  const { enginePid, engineLog } = labPaths(stateDir)
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const log = openSync(engineLog, 'a')
  const dockerd = spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] })
  dockerd.on('error', () => undefined)
  dockerd.unref()
  if (dockerd.pid !== undefined) await writeFile(enginePid, `${dockerd.pid}\n`)
  for (const end = Date.now() + START_MS; Date.now() < end; await sleep(500))
    if ((await tryDocker(['version'])).code === 0) return
  throw new ConvecthubError('LAB_DOCKER_START', `dockerd does not answer after ${START_MS / 1000} s`, {
    evidence: readFileSync(engineLog, 'utf8').trim().split('\n').slice(-15).join('\n'),
    hint: `the whole log is ${engineLog}`,
  })
}

/** Stops the dockerd that this lab started, unless there are still containers. Returns whether it did. */
export async function stopDockerd(stateDir: string): Promise<boolean> {
  const { enginePid } = labPaths(stateDir)
  if (!existsSync(enginePid)) return false
  const pid = Number(readFileSync(enginePid, 'utf8'))
  // the pid may have been reused by another program
  const ours =
    existsSync(`/proc/${pid}/comm`) && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'dockerd'
  const containers = await tryDocker(['ps', '--quiet'])
  if (!ours || containers.code !== 0 || containers.stdout.trim() !== '') return false
  process.kill(pid, 'SIGTERM')
  for (let tries = 0; tries < 60 && existsSync(`/proc/${pid}`); tries++) await sleep(500)
  await rm(enginePid, { force: true })
  return true
}
