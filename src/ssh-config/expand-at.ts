import { ConvecthubError, type Origin } from '../errors.ts'
import { sshConfigError } from './ssh-config-error.ts'
import { expandSshTokens, expandTilde, type SshTokens } from './ssh-tokens.ts'

export interface ExpandAtOptions {
  /** Where each text was written. A text without an origin comes from the inventory, not from a configuration file. */
  origins: ReadonlyMap<string, Origin>
  /** If given, `${VARIABLES}` are expanded, too. */
  env?: Readonly<Record<string, string | undefined>>
  /** If given, `~` is expanded, too. */
  home?: string
}

/**
 * Expands `%` tokens, unless `tokens` is undefined, in the text of an option. Errors: SSH_CONFIG with the line of a
 * configuration file, or SSH_OPTION for an option from the inventory.
 */
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
