import { quote } from '../sh.ts'
import type { CommonOptions } from './common-options.ts'

/** A variable that should not be shown again: its value is left for the user to fill in. */
const SECRET = /^([^=]*(?:pass|token|secret)[^=]*=).*/i

/** The command line of a verb with these options, to copy: what decides the run, not how it is shown. */
export function commandLine(verb: string, options: CommonOptions): string {
  const {
    inventory = [],
    extraVars = [],
    limit,
    askVaultPass,
    vaultPasswordFile,
    askPass,
    askBecomePass,
    forks,
    timeout,
    bundle,
    ignorePreflight,
  } = options
  const words = [
    ...inventory.flatMap((source) => ['-i', source]),
    ...(limit ? ['--limit', limit] : []),
    ...extraVars.flatMap((text) => ['-e', text.replace(SECRET, '$1***')]),
    ...(askVaultPass ? ['--ask-vault-pass'] : []),
    ...(vaultPasswordFile ? ['--vault-password-file', vaultPasswordFile] : []),
    ...(askPass ? ['-k'] : []),
    ...(askBecomePass ? ['-K'] : []),
    ...(forks ? ['-f', String(forks)] : []),
    ...(timeout ? ['-T', String(timeout)] : []),
    ...(bundle ? ['--bundle', bundle] : []),
    ...(ignorePreflight ? ['--ignore-preflight', ignorePreflight.join(',')] : []),
  ]
  return ['convecthub', verb, ...words.map(quote)].join(' ')
}
