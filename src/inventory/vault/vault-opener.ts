import type { Origin } from '../../errors.ts'
import type { Secret } from '../../secret.ts'
import { problem } from '../problems.ts'
import { openVaultText, VAULT_HEADER } from './vault.ts'

/** Decrypts the vaulted text at `origin`. */
export type OpenVault = (ciphertext: string, origin: Origin) => string

/**
 * Returns a function that decrypts vaulted texts. It asks for the password once, when it is first needed.
 * @throws INVENTORY_VAULT_PASSWORD without a password, and the errors of openVaultText().
 */
export function vaultOpener(ask: (() => Secret | undefined) | undefined): OpenVault {
  let password: Secret | undefined
  let asked = false
  return (ciphertext, origin) => {
    if (!asked) password = ask?.()
    asked = true
    if (password === undefined) {
      throw problem(
        'INVENTORY_VAULT_PASSWORD',
        'this is encrypted by ansible-vault, and no vault password was given',
        {
          origin,
          hint: 'give it by --ask-vault-pass or --vault-password-file',
        },
      )
    }
    return openVaultText(ciphertext, password, origin).toString('utf8')
  }
}

/** True for the content of a file that is wholly encrypted by ansible-vault. */
export function isVaulted(text: string): boolean {
  return text.startsWith(VAULT_HEADER)
}
