import { ConvecthubError, type Origin } from '../errors.ts'
import { sshConfigError } from './ssh-config-error.ts'
import { expandSshTokens, expandTilde, type SshTokens } from './ssh-tokens.ts'

export interface ExpandAtOptions {
  /** Where each text was written; one that is not in here was given outside the files. */
  origins: ReadonlyMap<string, Origin>
  /** Puts `${VARIABLES}` in place as well. */
  env?: Readonly<Record<string, string | undefined>>
  /** Puts `~` in place as well. */
  home?: string
}

/** A text of the options with its tokens, if it may have any, in place. Errors: SSH_CONFIG with its line; SSH_OPTION for one given outside. */
export function expandAt(
  text: string,
  tokens: SshTokens | undefined,
  { origins, env, home }: ExpandAtOptions,
): string {
  try {
    const path = home === undefined ? text : expandTilde(text, home)
    return tokens ? expandSshTokens(path, tokens, env) : path
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const origin = origins.get(text)
    if (origin) throw sshConfigError(`${text}: ${error.message}`, origin)
    throw new ConvecthubError('SSH_OPTION', `the ssh option ${text} is wrong: ${error.message}`, {
      hint: 'correct it in ansible_ssh_common_args or ansible_ssh_extra_args',
    })
  }
}
