import type { AuthenticationType, Client } from 'ssh2'

/** What a host answers to attempts to log in. */
export interface Answers {
  answer(): void
  refusal(left: readonly AuthenticationType[], partial: boolean): void
}

/**
 * ssh2 tells the answers to an attempt, but not of keys that an agent holds, nor that the host looked at one and closed.
 * Where its inside looks otherwise, a login that is closed counts as dropped, and a second factor behind such a key
 * is not found.
 */
export function hearAnswers(client: Client, tried: Answers): void {
  type Refusal = (protocol: unknown, left: AuthenticationType[], partial: boolean) => void
  type Other = (...rest: unknown[]) => void
  type Handlers = Partial<Record<(typeof OTHER_ANSWERS)[number], Other>> & { USERAUTH_FAILURE?: Refusal }
  const handlers = (client as Client & { _protocol?: { _handlers?: Handlers } })._protocol?._handlers
  const refused = handlers?.USERAUTH_FAILURE
  if (!handlers || !refused) return
  handlers.USERAUTH_FAILURE = (protocol, left, partial) => {
    tried.refusal(left, partial)
    refused(protocol, left, partial)
  }
  for (const name of OTHER_ANSWERS) {
    const answered = handlers[name]
    handlers[name] = (...rest) => {
      tried.answer()
      answered?.(...rest)
    }
  }
}

const OTHER_ANSWERS = ['USERAUTH_PK_OK', 'USERAUTH_INFO_REQUEST', 'USERAUTH_PASSWD_CHANGEREQ'] as const
