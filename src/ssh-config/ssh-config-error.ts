import { ConvecthubError, type ErrorDetails, type Origin } from '../errors.ts'

/** The error for a configuration file that cannot be read, or that ssh itself would refuse. */
export function sshConfigError(what: string, origin: Origin, details: ErrorDetails = {}): ConvecthubError {
  return new ConvecthubError('SSH_CONFIG', what, {
    origin,
    hint: 'correct it, or give `-F none` in ansible_ssh_common_args',
    ...details,
  })
}

/** The error for an option in a configuration file that ssh supports and convecthub does not. */
export function sshConfigOptionError(what: string, origin: Origin, host: string): ConvecthubError {
  return new ConvecthubError('SSH_CONFIG_OPTION', `the ssh option ${what} is not supported`, {
    host,
    origin,
    hint: 'take it out for this host, or give `-F none` in ansible_ssh_common_args',
  })
}
