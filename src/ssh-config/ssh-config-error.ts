import { ConvecthubError, type ErrorDetails, type Origin } from '../errors.ts'

/** A configuration file that cannot be read, or that ssh itself would not take. */
export function sshConfigError(what: string, origin: Origin, details: ErrorDetails = {}): ConvecthubError {
  return new ConvecthubError('SSH_CONFIG', what, {
    origin,
    hint: 'correct it, or give `-F none` in ansible_ssh_common_args',
    ...details,
  })
}

/** Something in a configuration file that ssh follows and we do not. */
export function sshConfigOptionError(what: string, origin: Origin, host: string): ConvecthubError {
  return new ConvecthubError('SSH_CONFIG_OPTION', `the ssh option ${what} is not supported`, {
    host,
    origin,
    hint: 'take it out for this host, or give `-F none` in ansible_ssh_common_args',
  })
}
