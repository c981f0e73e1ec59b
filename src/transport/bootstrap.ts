import { randomBytes } from 'node:crypto'
import { SESSION_PLACES, type SessionPlaces } from '../layout.ts'
import { newMark } from '../mark.ts'
import { quote } from '../sh.ts'
import { template } from '../templates.ts'

/** What the first command on a host is told. */
export interface Bootstrap {
  /** What goes into the exec. */
  command: string
  /** What it reads from stdin: the session's program, which has this script already, for an order of 0 bytes. */
  program(script: string): string
  /** Begins the lines that are said before the program runs. It stands in the command, which all users of a host can see. */
  greeting: string
  /** Begins the frames of the program. It goes by stdin alone, so nobody on the host can imitate them. */
  mark: string
  /** Printed by sudo instead of its own prompt when it wants the password, unless sudoers insists on another. */
  prompt: string
}

/**
 * The command that turns a login into a session of `becomeUser`: by itself where the login is that user already, by
 * sudo otherwise. The user's login shell may be anything, so it only ever sees `exec sh -c '…'`. The session's
 * program comes on stdin, behind a line with the greeting and its size, to keep argv and sudo's log short: what stands
 * before that line, such as an answer that nobody took, is dropped. The first script comes with it, for to read each
 * takes a program. With `askPassword` sudo may ask (on stdin, with our prompt).
 */
export function bootstrap(options: {
  becomeUser: string
  askPassword: boolean
  places?: SessionPlaces
}): Bootstrap {
  const { becomeUser, askPassword, places = SESSION_PLACES } = options
  const greeting = `@@${randomBytes(9).toString('hex')}`
  const mark = newMark()
  const prompt = `@@sudo-${randomBytes(9).toString('hex')}:`
  const text = template('remote/session.sh', {
    STATE: places.state,
    RUN: places.run,
    PROGRAMS: places.programs,
  })
  const begin = [
    `printf "\\n%s go\\n" ${greeting}`,
    `while IFS= read -r line && [ "\${line% *}" != ${greeting} ]; do :; done`,
    `eval "$(dd bs="\${line#* }" count=1 iflag=fullblock 2>/dev/null)"`,
  ].join('; ')
  const session = `sh -c ${quote(begin)}`
  const ways = askPassword ? `-S -p ${prompt}` : '-n'
  const command = [
    // sudo's words are read, so they have to be English
    'LC_ALL=C; export LC_ALL; unset LANGUAGE',
    `if ${isAlready(becomeUser)}; then ${begin}; exit; fi`,
    `command -v sudo >/dev/null || { echo ${greeting} nosudo; exit 1; }`,
    `echo ${greeting} sudo`,
    // sudoers may name another one by default (runas_default)
    `exec sudo ${ways} -u ${quote(becomeUser)} -- ${session}`,
  ].join('; ')
  const program = (script: string) => {
    const all = `mark=${mark} become=${quote(becomeUser)} script=${quote(script)}\n${text}`
    return `${greeting} ${Buffer.byteLength(all)}\n${all}`
  }
  return { command: `exec sh -c ${quote(command)}`, program, greeting, mark, prompt }
}

/** Root may go by another name, so its number counts; /proc tells it without a program. */
function isAlready(user: string): string {
  return user === 'root'
    ? 'while read -r key _ uid _ && [ "$key" != Uid: ]; do :; done </proc/self/status; [ "$uid" = 0 ]'
    : `[ "$(id -un)" = ${quote(user)} ]`
}
