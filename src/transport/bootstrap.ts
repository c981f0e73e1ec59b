import { randomBytes } from 'node:crypto'
import { quote } from '../sh.ts'
import { template } from '../templates.ts'

/** What the first command on a host is told: `command` goes into the exec, `program` is what it reads from stdin. */
export interface Bootstrap {
  command: string
  program: string
  mark: string
  /** Printed by sudo instead of its own prompt when it wants the password. */
  prompt: string
}

/**
 * The command that turns a login into a root session: by itself for root, by sudo for others. The user's login
 * shell may be anything, so it only ever sees `exec sh -c '…'`. The session's program comes on stdin, to keep argv
 * and sudo's log short. With `askPassword` sudo may ask (on stdin, with our prompt), else it must not.
 */
export function bootstrap(options: { become: 'root' | 'none'; askPassword: boolean }): Bootstrap {
  const mark = `@@${randomBytes(9).toString('hex')}`
  const prompt = `@@sudo-${randomBytes(9).toString('hex')}:`
  const program = template('remote/session.sh')
  const read = `dd bs=${Buffer.byteLength(program)} count=1 iflag=fullblock 2>/dev/null`
  const session = `sh -c 'printf "\\n%s go\\n" ${mark}; eval "$(${read})"' sh ${mark}`
  const sudo = options.askPassword ? `sudo -S -p ${prompt} -- ${session}` : `sudo -n -- ${session}`
  const become = [
    // sudo's words are read, so they have to be English
    'LC_ALL=C; export LC_ALL; unset LANGUAGE',
    `if [ "$(id -u)" = 0 ]; then exec ${session}; fi`,
    `command -v sudo >/dev/null || { echo ${mark} nosudo; exit 1; }`,
    `exec ${sudo}`,
  ].join('; ')
  return {
    command: `exec sh -c ${quote(options.become === 'root' ? become : `exec ${session}`)}`,
    program,
    mark,
    prompt,
  }
}
