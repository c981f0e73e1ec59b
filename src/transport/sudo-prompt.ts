import type { Secret } from '../secret.ts'
import type { Bootstrap } from './bootstrap.ts'
import type { Channel } from './connection.ts'

/** Output without a newline for this long is sudo's question, ms: sudoers and PAM may change its text. */
const QUESTION_MS = 500

/** How much of the output is kept, characters. */
const KEEP = 4096

/** Follows what sudo and the login shell print before the root shell starts. */
export interface SudoPrompt {
  said(): string
  /** How often sudo asked for the password. */
  asked(): number
  /** sudo starts now, so any unfinished line so far is not its question. */
  begin(): void
  line(text: string): void
  /** Takes the text after the last newline. */
  rest(text: string): void
  /** The root shell has started, so nothing is a question any more. */
  over(): void
}

/**
 * Answers sudo's question for the password once. A second question means that the password was wrong; it then closes
 * the channel rather than answer again, because accounts lock after several failures.
 */
export function sudoPrompt(channel: Channel, boot: Bootstrap, password: Secret | undefined): SudoPrompt {
  let lines = ''
  let open = ''
  /** The unfinished line that is already dealt with. */
  let handled = ''
  let asked = 0
  let sudoStarted = false
  let timer: NodeJS.Timeout | undefined
  const question = () => {
    handled = open
    asked += 1
    if (asked === 1 && password) channel.stdin.write(`${password.reveal()}\n`)
    else channel.close()
  }
  const stop = () => clearTimeout(timer)
  return {
    said: () => (lines + open).replaceAll(boot.prompt, '').slice(-KEEP).trim(),
    asked: () => asked,
    begin() {
      sudoStarted = true
      handled = open
    },
    line(text) {
      stop()
      lines = `${lines}${text}\n`.slice(-KEEP)
      handled = ''
    },
    rest(text) {
      stop()
      open = text.slice(-KEEP)
      if (!password || text.trim() === '' || open === handled) return
      // sudo-rs wraps the prompt: `[sudo: PROMPT] Password: `
      if (open.endsWith(boot.prompt) || (open.includes(boot.prompt) && open.endsWith(': '))) question()
      else if (sudoStarted) timer = setTimeout(question, QUESTION_MS)
    },
    over() {
      stop()
      sudoStarted = false
    },
  }
}
