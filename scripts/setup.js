// Prepares a clone: installs dependencies if they are outdated, then builds. With --test, also installs the programs
// that the tests call. Plain JavaScript, because nothing is installed yet when it runs.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Test tools: a program, and the Debian package that it belongs to. */
const TOOLS = [
  ['/usr/sbin/sshd', 'openssh-server'],
  ['/usr/bin/ssh', 'openssh-client'],
  ['/usr/bin/sudo', 'sudo'],
  ['/usr/bin/setfacl', 'acl'],
  ['/usr/bin/shellcheck', 'shellcheck'],
  ['/usr/bin/perl', 'perl'],
  ['/usr/bin/busybox', 'busybox'],
  ['/usr/bin/fish', 'fish'],
  ['/usr/bin/tcsh', 'tcsh'],
  ['/usr/bin/zstd', 'zstd'],
  ['/usr/bin/openssl', 'openssl'],
  ['/usr/bin/docker-registry', 'docker-registry'],
  ['/usr/bin/pip3', 'python3-pip'],
]

/** Where rclone is installed, and the program: a server that speaks S3, which Debian has only in an older version. */
const RCLONE_FOLDER = `${root}node_modules/.rclone`
export const RCLONE = `${RCLONE_FOLDER}/bin/rclone`

/** Runs a command in the clone. Exits with its code when it fails. */
export function must(command, args, env = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  if (result.status === 0) return
  process.stderr.write(
    `${command} ${args.join(' ')} failed${result.error ? `: ${result.error.message}` : ''}\n`,
  )
  process.exit(result.status ?? 1)
}

/** Installs dependencies if they are outdated, then builds. */
export function setup() {
  const stamp = `${root}node_modules/.package-lock.json`
  const fresh = existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs
  if (!fresh) must('npm', ['ci', '--no-audit', '--no-fund'])
  must(process.execPath, [`${root}scripts/build.js`])
}

/** Installs missing test tools. */
function testTools() {
  debianTools()
  if (existsSync(RCLONE)) return
  const into = ['--upgrade', '--target', RCLONE_FOLDER, '--only-binary', ':all:', '--require-hashes']
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-warn-script-location']
  must('/usr/bin/pip3', ['install', ...quiet, ...into, '-r', `${root}scripts/rclone.txt`], {
    PIP_ROOT_USER_ACTION: 'ignore',
  })
}

/** Installs missing test tools as root on Debian and Ubuntu. Elsewhere, names them and exits. */
function debianTools() {
  const missing = TOOLS.filter(([program]) => !existsSync(program)).map(([, name]) => name)
  if (missing.length === 0) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    process.stderr.write(`the tests need: ${missing.join(', ')}; install them, or run npm test as root\n`)
    process.exit(1)
  }
  // RUNLEVEL=1 keeps packages from starting their services: sshd would open a port
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  must('apt-get', ['-q', 'update'], env)
  must('apt-get', ['-q', '-y', '--no-install-recommends', 'install', ...missing], env)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup()
  if (process.argv.includes('--test')) testTools()
}
