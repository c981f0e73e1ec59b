import { randomBytes } from 'node:crypto'
import { SESSION_PLACES, type SessionPlaces } from '../layout.ts'
import { newMark } from '../mark.ts'
import { quote } from '../sh.ts'
import { template } from '../templates.ts'

/** The first command on a host, and the tokens in its conversation with us. */
export interface Bootstrap {
  /** The command of the SSH exec request. */
  command: string
  /** What the command reads from stdin: the session's program. */
  program: string
  /** Begins the lines printed before the program runs. Every user of the host can see it in the command. */
  greeting: string
  /** Begins the program's frames. It is sent only on stdin, so nobody else on the host can forge a frame. */
  mark: string
  /** The password prompt that we give to sudo, which sudoers may override. */
  prompt: string
}

/**
 * Builds the command that turns a login into a session of `becomeUser`, with sudo unless the login is that user
 * already. The login shell may be anything, so all it sees is `exec sh -c '…'`.
 *
 * To keep argv and sudo's log short, the session's program follows on stdin, after a line with the greeting and its
 * size. Anything before that line, such as a password that sudo did not ask for, is dropped. With `askPassword`, sudo may
 * ask on stdin.
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
    // we parse sudo's messages, so they must be in English
    'LC_ALL=C; export LC_ALL; unset LANGUAGE',
    `if ${isAlready(becomeUser)}; then ${begin}; exit; fi`,
    `command -v sudo >/dev/null || { echo ${greeting} nosudo; exit 1; }`,
    `echo ${greeting} sudo`,
    // -u, because sudoers may have another default than root (runas_default)
    `exec sudo ${ways} -u ${quote(becomeUser)} -- ${session}`,
  ].join('; ')
  const all = `mark=${mark} become=${quote(becomeUser)}\n${text}`
  const program = `${greeting} ${Buffer.byteLength(all)}\n${all}`
  return { command: `exec sh -c ${quote(command)}`, program, greeting, mark, prompt }
}

/** Compares root by its uid, as it may have another name; reading /proc takes no extra process. */
function isAlready(user: string): string {
  return user === 'root'
    ? 'while read -r key _ uid _ && [ "$key" != Uid: ]; do :; done </proc/self/status; [ "$uid" = 0 ]'
    : `[ "$(id -un)" = ${quote(user)} ]`
}
