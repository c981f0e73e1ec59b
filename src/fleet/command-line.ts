import { CLUSTER_VARIABLES, HOST_VARIABLES } from '../cluster/variables.ts'
import { Float, type Setting } from '../inventory/inventory.ts'
import { nodeFiles } from '../inventory/node-files.ts'
import { readExtraVars } from '../inventory/vars/extra-vars.ts'
import { quote } from '../sh.ts'
import type { CommonOptions } from './common-options.ts'

/** Variables whose values may be shown again: those of convecthub, and where and as whom to log in. All others may be secret. */
const SHOWN: ReadonlySet<string> = new Set([
  ...Object.keys(HOST_VARIABLES.shape),
  ...Object.keys(CLUSTER_VARIABLES.shape).filter((name) => name !== 'convect_token'),
  ...['host', 'port', 'user', 'private_key_file'].flatMap((name) => [
    `ansible_${name}`,
    `ansible_ssh_${name}`,
  ]),
  'ansible_connection',
])

/** Stands for a value that may be secret. */
export const MASK = '***'

/** A command to copy behind a word for what it does; secrets in it are to be filled in. */
export function toCopy(what: string, command: string): string {
  return `${what}${command.includes(MASK) ? ` (with your secrets in place of ${MASK})` : ''}: ${command}`
}

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
    upgrade,
    insecureHub,
  } = options
  const words = [
    ...inventory.flatMap((source) => ['-i', source]),
    ...(limit ? ['--limit', limit] : []),
    ...extraVars.flatMap((text) => ['-e', masked(text)]),
    ...(askVaultPass ? ['--ask-vault-pass'] : []),
    ...(vaultPasswordFile ? ['--vault-password-file', vaultPasswordFile] : []),
    ...(askPass ? ['-k'] : []),
    ...(askBecomePass ? ['-K'] : []),
    ...(forks ? ['-f', String(forks)] : []),
    ...(timeout ? ['-T', String(timeout)] : []),
    ...(bundle ? ['--bundle', bundle] : []),
    ...(upgrade ? ['--upgrade'] : []),
    ...(ignorePreflight ? ['--ignore-preflight', ignorePreflight.join(',')] : []),
    ...(insecureHub ? ['--insecure-hub'] : []),
  ]
  return ['convecthub', verb, ...words.map(quote)].join(' ')
}

/** One -e value; what may be secret in it is left for the user to fill in, whatever form it has. */
function masked(text: string): string {
  if (text.startsWith('@')) return text
  const vars = extraVars(text)
  if (vars.length === 0) return MASK
  if (vars.every(([name]) => SHOWN.has(name))) return text
  // quoted anew, a text with quotes would be another one
  if (/^[{[]/.test(text) || vars.some(([, { raw }]) => /["\\]/.test(raw ?? ''))) {
    const values = vars.map(([name, { value }]) => [name, SHOWN.has(name) ? value : MASK])
    return JSON.stringify(Object.fromEntries(values), (_key, value) =>
      value instanceof Float ? value.number : typeof value === 'bigint' ? String(value) : value,
    )
  }
  return vars.map(([name, { raw }]) => `${name}=${SHOWN.has(name) ? `"${raw}"` : MASK}`).join(' ')
}

/** Nothing where it cannot be read, which was told before. */
function extraVars(text: string): [string, Setting][] {
  try {
    const noVault = () => ''
    return [...readExtraVars([text], { cwd: '/', files: nodeFiles, openVault: noVault })]
  } catch {
    return []
  }
}
