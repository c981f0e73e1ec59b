import type {
  AnyAuthMethod,
  AuthenticationType,
  AuthHandlerMiddleware,
  KeyboardInteractiveAuthMethod,
  Prompt,
} from 'ssh2'
import type { Secret } from '../secret.ts'
import { takes } from './attempts.ts'
import type { Tried } from './tried.ts'

/** A question that a host asks, in its own words. `echo`: the answer may be shown while it is typed. */
export interface Question {
  text: string
  echo: boolean
}

/** Asks the user a question. Undefined when there is no answer. Rejects when the login ends before the answer. */
export type Ask = (question: Question) => Promise<Secret | undefined>

/** The most questions answered in one login, so that a host cannot keep the user answering forever. */
const MOST_QUESTIONS = 10

/**
 * Gives the login methods to ssh2 one by one. The password is sent once, in whichever form the host accepts. Any other
 * question, such as a second factor after a key, goes to `ask`, in one round.
 */
export function authHandler(
  { methods, username }: { methods: readonly AnyAuthMethod[]; username: string },
  tried: Tried,
  ask?: Ask,
): AuthHandlerMiddleware {
  const queue = [...methods]
  let asked = false
  return (_left, _partial, next) => {
    // not ssh2's own argument: it does not include the host's answers to keys of an agent
    const { taken: left } = tried
    // ssh2 takes false for "nothing more to try"; its types do not say so
    const stop = next as (attempt: AnyAuthMethod | false) => void
    const use = (attempt: AnyAuthMethod) => {
      tried.attempt(attempt.type)
      next(attempt)
    }
    const [first] = queue
    // `none` makes the host list the methods it accepts; with nothing else to try, its refusal is the error
    if (!left && (!first || first.type === 'password')) return next({ type: 'none', username })
    const attempt = queue.find(
      ({ type }) => (!left || takes(left, type)) && !(tried.withheld && type === 'password'),
    )
    if (attempt) queue.splice(queue.indexOf(attempt), 1)
    if (attempt && (attempt.type !== 'password' || !left || left.includes('password'))) return use(attempt)
    const password = attempt?.type === 'password' ? attempt.password : undefined
    if (password === undefined && !(ask && !asked && !tried.withheld && onlyAsks(left, tried)))
      return stop(false)
    asked = true
    if (password !== undefined) tried.attempt('password')
    use({ type: 'keyboard-interactive', username, prompt: answerPrompts(password, tried, ask) })
  }
}

/**
 * Whether questions are the only way left. Where the host accepts other methods too, the user most likely misses a
 * key, and should not be asked for a password.
 */
export function onlyAsks(left: readonly AuthenticationType[] = [], { factor }: Tried): boolean {
  return left.includes('keyboard-interactive') && (factor !== undefined || left.length === 1)
}

function answerPrompts(
  password: string | undefined,
  tried: Tried,
  ask: Ask | undefined,
): KeyboardInteractiveAuthMethod['prompt'] {
  let passwordSent = password === undefined
  let count = 0
  const answer = async (instructions: string, prompts: readonly Prompt[]): Promise<string[]> => {
    const [only] = prompts
    if (!passwordSent && prompts.length === 1 && only && !only.echo) {
      passwordSent = true
      return [password ?? '']
    }
    const replies: string[] = []
    for (const { prompt, echo = false } of prompts) {
      count += 1
      const text = [...(replies.length === 0 ? [instructions] : []), prompt]
        .map((part) => part.trim())
        .join(' ')
      const reply = count > MOST_QUESTIONS ? undefined : await ask?.({ text: text.trim(), echo })
      if (!reply) {
        tried.question = prompts.map(({ prompt }) => prompt.trim()).join(' ')
        return []
      }
      tried.replied = true
      replies.push(reply.reveal())
    }
    return replies
  }
  return (_name, instructions, _language, prompts, finish) => {
    // a rejection means that the login is over: nothing to answer any more
    answer(instructions, prompts).then(finish, () => {})
  }
}
