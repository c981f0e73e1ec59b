import type { Secret } from '../secret.ts'
import type { Bootstrap } from './bootstrap.ts'
import type { Channel } from './connection.ts'

/** What sudo leaves without a newline for so long is its question, ms: sudoers and PAM may have words of their own. */
const QUESTION_MS = 500

/** How much of what was said is kept, characters. */
const KEEP = 4096

/** What sudo and others said before the shell began. */
export interface SudoPrompt {
  said(): string
  /** How often the password was asked for. */
  asked(): number
  /** sudo is called now: what is open so far is not its question. */
  begin(): void
  line(text: string): void
  /** What stands behind the last newline. */
  rest(text: string): void
  /** The shell has begun: nothing is a question any more. */
  over(): void
}

/**
 * Answers sudo's question for the password, once. A second question means that the answer was wrong: the command is
 * ended instead, for accounts lock.
 */
export function sudoPrompt(channel: Channel, boot: Bootstrap, password: Secret | undefined): SudoPrompt {
  let lines = ''
  let open = ''
  /** The open text that is dealt with. */
  let known = ''
  let asked = 0
  let begun = false
  let timer: NodeJS.Timeout | undefined
  const question = () => {
    known = open
    asked += 1
    if (asked === 1 && password) channel.stdin.write(`${password.reveal()}\n`)
    else channel.close()
  }
  const stop = () => clearTimeout(timer)
  return {
    said: () => (lines + open).replaceAll(boot.prompt, '').slice(-KEEP).trim(),
    asked: () => asked,
    begin() {
      begun = true
      known = open
    },
    line(text) {
      stop()
      lines = `${lines}${text}\n`.slice(-KEEP)
      known = ''
    },
    rest(text) {
      stop()
      open = text.slice(-KEEP)
      if (!password || text.trim() === '' || open === known) return
      // sudo-rs puts it into words of its own: `[sudo: PROMPT] Password: `
      if (open.endsWith(boot.prompt) || (open.includes(boot.prompt) && open.endsWith(': '))) question()
      else if (begun) timer = setTimeout(question, QUESTION_MS)
    },
    over() {
      stop()
      begun = false
    },
  }
}
