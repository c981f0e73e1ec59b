import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cpus } from 'node:os'

/** Finds the versions of the programs to compare with. A missing one is undefined, and shown as missing. */
export function findRivals() {
  const ansible = version('ansible', ['--version'], /core (\S+?)\]/)
  const python = version('ansible', ['--version'], /python version = .*\((\/\S+)\)$/m)
  const mitogen =
    python &&
    version(
      python,
      ['-c', 'import mitogen, ansible_mitogen as a; print(mitogen.__version__, a.__path__[0])'],
      /\((.*)\) (\S+)/,
      ([, parts, path]) => ({ version: parts.replaceAll(', ', '.'), path: `${path}/plugins/strategy` }),
    )
  return {
    ansible,
    mitogen,
    pssh: version('parallel-ssh', ['--version'], /(\d[\d.]+)/),
    openssh: version('ssh', ['-V'], /OpenSSH_(\S+?),? /),
  }
}

/** Describes the machine and the versions in one line. */
export function machineLine({ ansible, mitogen, pssh, openssh }) {
  const [cpu] = cpus()
  return [
    `${cpu?.model.trim()}, ${cpus().length} cores`,
    `Node ${process.versions.node}`,
    ...[
      ['OpenSSH', openssh],
      ['ansible-core', ansible],
      ['Mitogen', mitogen?.version],
      ['parallel-ssh', pssh],
    ].map(([name, found]) => (found ? `${name} ${found}` : `${name} not installed`)),
  ].join(', ')
}

function version(command, args, pattern, read = ([, text]) => text) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', HOME: '/nonexistent' },
  })
  const found = status === 0 ? pattern.exec(`${stdout}${stderr}`) : null
  return found ? read(found) : undefined
}

/** @param {string} program */
export function mustHave(program, packageName) {
  if (!existsSync(program)) throw new Error(`${program} is missing: apt-get install ${packageName}`)
}
