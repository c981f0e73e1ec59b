import { CLUSTER_VARIABLES, HOST_VARIABLES } from '../cluster/variables.ts'
import { Float, type Setting } from '../inventory/inventory.ts'
import { nodeFiles } from '../inventory/node-files.ts'
import { readExtraVars } from '../inventory/vars/extra-vars.ts'
import { MASK } from '../secret.ts'
import { quote } from '../sh.ts'
import type { CommonOptions } from './common-options.ts'

/** Variables whose values may be printed: convecthub's own, and host, port, user and key file. Others may be secret. */
const SHOWN: ReadonlySet<string> = new Set([
  ...Object.keys(HOST_VARIABLES.shape),
  ...Object.keys(CLUSTER_VARIABLES.shape).filter((name) => name !== 'convect_token'),
  ...['host', 'port', 'user', 'private_key_file'].flatMap((name) => [
    `ansible_${name}`,
    `ansible_ssh_${name}`,
  ]),
  'ansible_connection',
])

/** A line "what: command" for the user to copy. Says that masked secrets have to be filled in. */
export function toCopy(what: string, command: string): string {
  return `${what}${command.includes(MASK) ? ` (with your secrets in place of ${MASK})` : ''}: ${command}`
}

/** The command line of a verb for the user to copy: the options that affect the run, not those that affect output. */
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
    relay,
    insecureHub,
    deleteData,
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
    ...(relay === false ? ['--no-relay'] : []),
    ...(ignorePreflight ? ['--ignore-preflight', ignorePreflight.join(',')] : []),
    ...(insecureHub ? ['--insecure-hub'] : []),
    ...(deleteData ? ['--delete-data'] : []),
  ]
  return ['convecthub', verb, ...words.map(quote)].join(' ')
}

/** An `-e` value with everything masked that may be secret, in each form that -e accepts. */
function masked(text: string): string {
  if (text.startsWith('@')) return text
  const vars = extraVars(text)
  if (vars.length === 0) return MASK
  if (vars.every(([name]) => SHOWN.has(name))) return text
  // JSON, because adding quotes to a text that contains quotes or backslashes would change its value
  if (/^[{[]/.test(text) || vars.some(([, { raw }]) => /["\\]/.test(raw ?? ''))) {
    const values = vars.map(([name, { value }]) => [name, SHOWN.has(name) ? value : MASK])
    return JSON.stringify(Object.fromEntries(values), (_key, value) =>
      value instanceof Float ? value.number : typeof value === 'bigint' ? String(value) : value,
    )
  }
  return vars.map(([name, { raw }]) => `${name}=${SHOWN.has(name) ? `"${raw}"` : MASK}`).join(' ')
}

/** The variables of an -e value. Empty when it cannot be parsed; that error was reported before. */
function extraVars(text: string): [string, Setting][] {
  try {
    const noVault = () => ''
    return [...readExtraVars([text], { cwd: '/', files: nodeFiles, openVault: noVault })]
  } catch {
    return []
  }
}
