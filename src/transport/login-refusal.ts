import { answerHint } from './answer-hint.ts'
import type { Cause } from './network-cause.ts'
import { copyKeyCommand, sshCommand } from './ssh-command.ts'
import { account, type Target } from './target.ts'
import type { Tried } from './tried.ts'

/** Methods of RFC 4252 as what a user has. */
const NAMES: Readonly<Record<string, string>> = { publickey: 'keys', password: 'passwords' }

/** What to say of a login that the host refused: which keys and password it was offered, and what it would take. */
export function loginRefusal(tried: Tried, { tooMany }: { tooMany: boolean }): Cause {
  const offered = offers(tried)
  const takes = (tried.taken ?? []).map((method) => NAMES[method] ?? method)
  const limits = [
    ...(takes.length > 0 ? [`it takes ${takes.join(', ')}${takes.length === 1 ? ' only' : ''}`] : []),
    ...(tooMany ? ['it allows no more tries'] : []),
  ]
  const more = limits.length > 0 ? ` (${limits.join('; ')})` : ''
  return {
    message: (target) =>
      offered === ''
        ? `there is nothing to log in to ${account(target)} with${more}`
        : `${account(target)} does not accept ${offered}${more}`,
    hint: (target) => answerHint({ target, tried }) ?? advice(target, tried),
  }
}

/** "the key F", "the keys F, G or the password", … */
function offers({ methods, files, keys }: Tried): string {
  const byKey = methods.some((method) => method === 'publickey' || method === 'agent')
  const inAgent = keys - files.length
  return [
    ...(byKey && files.length > 0 ? [`the key${files.length > 1 ? 's' : ''} ${files.join(', ')}`] : []),
    ...(byKey && inAgent > 0 ? [`the ${inAgent > 1 ? `${inAgent} keys` : 'key'} of the agent`] : []),
    ...(methods.includes('password') ? ['the password'] : []),
    ...(methods.includes('keyboard-interactive') && !methods.includes('password') ? ['the answers'] : []),
  ].join(' or ')
}

function advice(target: Target, { methods, files, keys, taken }: Tried): string {
  if (methods.includes('password'))
    return `correct the password (-k or ansible_ssh_pass) or ansible_user; it was tried once, and is not tried again; by hand: ${sshCommand(target)}`
  const [file] = files
  if (methods.length > 0 && keys > 0)
    return `install ${keys > 1 ? 'one of them' : 'it'}: ${copyKeyCommand(target, file)}, or correct ansible_user or the key${
      file === undefined ? ' (ansible_ssh_private_key_file)' : ''
    }`
  const byPassword = 'give the password with -k or ansible_ssh_pass'
  if (taken !== undefined && !taken.includes('publickey')) return byPassword
  const byKey = 'name a key with ansible_ssh_private_key_file=FILE, or load it with ssh-add FILE'
  return taken?.includes('password') ? `${byKey}, or ${byPassword}` : byKey
}
