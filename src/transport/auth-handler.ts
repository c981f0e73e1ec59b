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

/** A question of a host, in its own words; `echo`: the answer may be seen. */
export interface Question {
  text: string
  echo: boolean
}

/** Has somebody answer a question; undefined when nobody did. Rejects when the login is over meanwhile. */
export type Ask = (question: Question) => Promise<Secret | undefined>

/** No login asks more, in all: nobody is to be kept answering. */
const MOST_QUESTIONS = 10

/**
 * Hands the ways to ssh2 one by one. The password is given once, in the form that the host takes. What a host asks
 * beside it, or as the factor behind a key, is asked by `ask`, once.
 */
export function authHandler(
  { methods, username }: { methods: readonly AnyAuthMethod[]; username: string },
  tried: Tried,
  ask?: Ask,
): AuthHandlerMiddleware {
  const queue = [...methods]
  let asked = false
  return (_left, _partial, next) => {
    // of the keys of an agent, ssh2 does not pass on what the host said to them
    const { taken: left } = tried
    // ssh2 takes false for "nothing more to try", which its types do not know
    const stop = next as (attempt: AnyAuthMethod | false) => void
    const use = (attempt: AnyAuthMethod) => {
      tried.attempt(attempt.type)
      next(attempt)
    }
    const [first] = queue
    // what the host takes is known only after a first try; where there is nothing to try, its error tells it
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
    use({ type: 'keyboard-interactive', username, prompt: answers(password, tried, ask) })
  }
}

/**
 * Whether a host is left that only asks: one that takes other things as well would have people asked for passwords
 * where only a key is missing.
 */
export function onlyAsks(left: readonly AuthenticationType[] = [], { factor }: Tried): boolean {
  return left.includes('keyboard-interactive') && (factor !== undefined || left.length === 1)
}

function answers(
  password: string | undefined,
  tried: Tried,
  ask: Ask | undefined,
): KeyboardInteractiveAuthMethod['prompt'] {
  let given = password === undefined
  let count = 0
  const answer = async (instructions: string, prompts: readonly Prompt[]): Promise<string[]> => {
    const [only] = prompts
    if (!given && prompts.length === 1 && only && !only.echo) {
      given = true
      return [password ?? '']
    }
    const said: string[] = []
    for (const { prompt, echo = false } of prompts) {
      count += 1
      const text = [...(said.length === 0 ? [instructions] : []), prompt].map((part) => part.trim()).join(' ')
      const one = count > MOST_QUESTIONS ? undefined : await ask?.({ text: text.trim(), echo })
      if (!one) {
        tried.question = prompts.map((each) => each.prompt.trim()).join(' ')
        return []
      }
      tried.replied = true
      said.push(one.reveal())
    }
    return said
  }
  return (_name, instructions, _language, prompts, finish) => {
    // a login that is over takes no answer
    answer(instructions, prompts).then(finish, () => {})
  }
}
