import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { labIdentity } from '../../src/lab/lab-identity.ts'
import type { Lab } from './lab.ts'

/** The admin's user on the laptop and on the machines. */
export const USER = 'ops'
const PASSWORD = 'of-the-installer'
const HOME = `/home/${USER}`

/** Lets sudo through as somebody at the keyboard would, until allow() is seen to do it. */
const AT_KEYBOARD = '/etc/sudoers.d/at-keyboard'

/** Answers ssh: yes to a new host key, no passphrase for a new key, the password of the machines. */
const ASKPASS = `#!/bin/sh
case $1 in *yes/no*) echo yes ;; *passphrase*) echo ;; *) echo ${PASSWORD} ;; esac
`

/** Makes lab machines as an installer leaves them: a user with a password, who may use sudo. */
export async function install(lab: Lab, machines: readonly string[]): Promise<void> {
  for (const machine of machines)
    await lab.inside(
      machine,
      `useradd -m -s /bin/bash ${USER}
echo ${USER}:${PASSWORD} | chpasswd
echo '${USER} ALL=(ALL:ALL) NOPASSWD: ALL' >${AT_KEYBOARD}
chmod 440 ${AT_KEYBOARD}
sed -i 's/^PasswordAuthentication no/PasswordAuthentication yes/' /etc/ssh/sshd_config
systemctl reload ssh`,
    )
}

/** Nobody is at the keyboard of a machine any more. */
export async function leaveKeyboard(lab: Lab, machine: string): Promise<void> {
  await lab.inside(machine, `rm ${AT_KEYBOARD}`)
}

/** Runs a script as the admin in the folder where their last one ended. Returns stdout and stderr together. */
export function typeAt(lab: Lab, machine: string, script: string, input = ''): Promise<string> {
  const wrapped = `exec 2>&1
cd "$(cat ${HOME}/.last-folder 2>/dev/null || echo ${HOME})"
trap 'pwd >${HOME}/.last-folder' EXIT
${script}`
  const askpass = ['-e', `SSH_ASKPASS=${HOME}/askpass`, '-e', 'SSH_ASKPASS_REQUIRE=force']
  const as = ['-u', USER, '-e', `HOME=${HOME}`, '-e', `USER=${USER}`, ...askpass]
  return run('docker', ['exec', '-i', ...as, container(lab, machine), 'sh', '-ec', wrapped], '/', input)
}

/** Runs a script in a folder of this computer. Returns stdout and stderr together. */
export function typeHere(
  folder: string,
  script: string,
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<string> {
  return run('sh', ['-ec', `exec 2>&1\n${script}`], folder, input, env)
}

/** Copies a file, or what is in a folder when `from` ends in `/.`, to the admin's home on a machine. */
export async function bring(lab: Lab, machine: string, from: string, to: string): Promise<void> {
  execFileSync('docker', ['cp', from, `${container(lab, machine)}:${HOME}/${to}`])
  await lab.inside(machine, `chown -R ${USER}: ${HOME}`)
}

/** Makes a laptop of a machine: the archive of this Node lies there, and questions of ssh are answered. */
export async function makeLaptop(lab: Lab, machine: string): Promise<void> {
  await lab.inside(machine, `cat >${HOME}/askpass <<'EOF'\n${ASKPASS}EOF\nchmod 755 ${HOME}/askpass`)
  const folder = mkdtempSync(join(tmpdir(), 'convecthub-node-'))
  const name = `node-${process.version}-linux-x64`
  mkdirSync(join(folder, name, 'bin'), { recursive: true })
  cpSync(process.execPath, join(folder, name, 'bin/node'), { dereference: true })
  execFileSync('tar', ['-I', 'gzip -1', '-cf', `${name}.tar.gz`, name], { cwd: folder })
  await bring(lab, machine, join(folder, `${name}.tar.gz`), '')
  rmSync(folder, { recursive: true })
}

function container(lab: Lab, machine: string): string {
  return `${labIdentity(join(lab.folder, 'lab')).prefix}-${machine}`
}

function run(
  program: string,
  args: readonly string[],
  cwd: string,
  input: string,
  more = {},
): Promise<string> {
  const { FORCE_COLOR: _, ...env } = process.env
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      { cwd, env: { ...env, NO_COLOR: '1', ...more }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`exit code ${error.code}\n${stdout}\n${stderr}`))
        else resolve(stdout)
      },
    )
    child.stdin?.end(input)
  })
}
