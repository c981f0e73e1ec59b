import { isatty } from 'node:tty'
import pLimit from 'p-limit'
import { ConvecthubError } from '../errors.ts'
import { throwAll } from '../inventory/problems.ts'
import { oneLine } from '../printable.ts'
import { Secret } from '../secret.ts'
import { attempts } from '../transport/attempts.ts'
import type { AskQuestion, Shared } from '../transport/shared.ts'
import type { Target } from '../transport/target.ts'
import type { CommonOptions } from './common-options.ts'
import type { Passwords } from './make-target.ts'

/**
 * Asks for the passwords that the options require, each once for all hosts. As in Ansible, an empty sudo password means
 * the login password. Errors: NO_ANSWER, INTERRUPTED.
 */
export async function askPasswords(
  { askPass, askBecomePass }: Pick<CommonOptions, 'askPass' | 'askBecomePass'>,
  becomeAskPass?: boolean,
): Promise<Passwords> {
  if (!askPass && !(askBecomePass ?? becomeAskPass)) return {}
  const { askSecret } = await import('../ui/ask.ts')
  const login = askPass
    ? await askSecret('ssh password: ', { instead: inVault('ansible_password') })
    : undefined
  if (!(askBecomePass ?? becomeAskPass)) return { login }
  const become = await askSecret(`sudo password${login ? ' (that of ssh)' : ''}: `, {
    instead: inVault('ansible_become_password'),
  })
  return { login, become: login && become.reveal() === '' ? login : become }
}

/** Whether the user stopped everything by Ctrl-C at a question. */
export function isInterrupt(error: unknown): boolean {
  return error instanceof ConvecthubError && error.code === 'INTERRUPTED'
}

function inVault(variable: string): string {
  return `${variable} in the inventory, encrypted with ansible-vault`
}

/** Maximum length of a host's question, in characters. Only the end is shown: it says what to answer. */
const LONGEST_QUESTION = 200

/**
 * Asks the user the questions of hosts, one at a time. Undefined when there is no terminal. Each question runs inside
 * `aside`, which pauses other output. After `stop` no question is asked.
 */
export function hostQuestions({
  aside = (work) => work(),
  stop,
}: {
  aside?: <T>(work: () => Promise<T>) => Promise<T>
  stop?: AbortSignal
} = {}): AskQuestion | undefined {
  if (!isatty(0) || !isatty(2)) return undefined
  const inTurn = pLimit(1)
  let interrupted = false
  return (question, over) => {
    const signal = stop ? AbortSignal.any([over, stop]) : over
    return inTurn(async () => {
      if (signal.aborted || interrupted) return undefined
      return aside(() => askFor(question, signal)).catch((error: unknown) => {
        interrupted = isInterrupt(error)
        throw error
      })
    })
  }
}

const askFor: AskQuestion = async ({ host, text, echo }, signal) => {
  const { ask, askSecret } = await import('../ui/ask.ts')
  const line = oneLine(text)
  const end = line.length > LONGEST_QUESTION ? `…${line.slice(-LONGEST_QUESTION)}` : line
  // one line that begins with the host's name, so that a host cannot imitate convecthub's own questions
  const question = `${host} asks: ${end} `
  const answer = echo
    ? ask(question, { signal }).then((line) => new Secret(line))
    : askSecret(question, { signal })
  return answer.catch(noAnswer)
}

function noAnswer(error: unknown): undefined {
  if (error instanceof ConvecthubError && error.code === 'NO_ANSWER') return undefined
  throw error
}

/** Asks for the passphrase of a key. Undefined when the user gives none. */
export async function askPassphrase(path: string): Promise<Secret | undefined> {
  const { askSecret } = await import('../ui/ask.ts')
  const answer = await askSecret(`passphrase of ${path}: `).catch(noAnswer)
  return answer?.reveal() === '' ? undefined : answer
}

/**
 * Loads all keys that the targets use, and asks for their passphrases before the first connection. Errors, one per
 * key: KEY_FILE, KEY_ENCRYPTED; INTERRUPTED for Ctrl-C at a question.
 */
export async function unlockKeys(targets: readonly Target[], { ring }: Shared): Promise<void> {
  const errors = new Map<string, ConvecthubError>()
  for (const target of targets.flatMap((each) => [...each.jumps, each])) {
    if (target.connection === 'local') continue
    await attempts(target, ring).catch((error) => {
      if (!(error instanceof ConvecthubError) || isInterrupt(error)) throw error
      errors.set(error.message, error)
    })
  }
  throwAll([...errors.values()])
}
