import { execFileSync } from 'node:child_process'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import type { AnsibleConfig } from '../inventory/ansible-config.ts'
import { withoutEnd } from '../inventory/python/python-text.ts'
import { Secret } from '../secret.ts'
import { systemReason } from '../system-error.ts'
import { expandHome } from '../transport/target.ts'

/** The options that say where the vault password comes from. */
export interface VaultOptions {
  askVaultPass?: boolean
  vaultPasswordFile?: string
}

/**
 * Asks for or reads the ansible-vault password. The source is an option, else ANSIBLE_VAULT_PASSWORD_FILE, else
 * ansible.cfg; undefined without any. Errors: USAGE for both options at once, NO_ANSWER, VAULT_PASSWORD_FILE for a
 * file that is missing or empty, or a program that fails.
 */
export async function vaultPassword(
  { askVaultPass, vaultPasswordFile }: VaultOptions,
  config: AnsibleConfig | undefined,
): Promise<Secret | undefined> {
  if (askVaultPass && vaultPasswordFile) {
    throw new ConvecthubError('USAGE', '--ask-vault-pass and --vault-password-file exclude each other', {
      hint: 'leave one of them out',
    })
  }
  const named = vaultPasswordFile ?? (process.env.ANSIBLE_VAULT_PASSWORD_FILE || undefined)
  const file = named ?? config?.vaultPasswordFile
  if (file && !askVaultPass) return readPassword(resolve(expandHome(file)), named !== undefined)
  if (!askVaultPass && !config?.askVaultPass) return undefined
  const { askSecret } = await import('../ui/ask.ts')
  return askSecret('vault password: ', { instead: '--vault-password-file FILE' })
}

/**
 * Reads a password file, or runs it when it is executable, as Ansible does. `named`: the user named the file; one that
 * only ansible.cfg names is never run.
 */
function readPassword(file: string, named: boolean): Secret {
  try {
    const program = isExecutable(file)
    if (program && !named)
      throw new Error('it is executable, and programs that only ansible.cfg names are not run')
    const password = program ? runProgram(file) : readFileSync(file, 'utf8').trim()
    if (password === '') throw new Error('the password is empty')
    return new Secret(password)
  } catch (cause) {
    throw new ConvecthubError('VAULT_PASSWORD_FILE', `the vault password file ${file}: ${reasonOf(cause)}`, {
      cause,
      hint: 'a file holds just the password; one that is executable is run when --vault-password-file names it, and prints it',
    })
  }
}

/** Why the password is not there; a program that fails has told it on the terminal. */
function reasonOf(cause: unknown): string {
  const { status, signal }: { status?: number | null; signal?: string | null } = Object(cause)
  if (typeof status === 'number') return `the program ended with code ${status}`
  return signal ? `the program was ended by ${signal}` : systemReason(cause)
}

/** Ansible passes the vault ID to programs called `…-client`; without an explicit ID it is `default`. */
function runProgram(file: string): string {
  const client = /-client$/.test(basename(file).replace(/\.[^.]*$/, ''))
  const output = execFileSync(file, client ? ['--vault-id', 'default'] : [], {
    encoding: 'utf8',
    stdio: ['inherit', 'pipe', 'inherit'],
  })
  return withoutEnd(output.replace(/^[\r\n]+/, ''), '\r\n')
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
