import { quote } from '../sh.ts'
import { expandHome, type Target } from './target.ts'

/** The ssh command that makes the same login. */
export function sshCommand(target: Target): string {
  const keys = target.keyFiles.flatMap((file) => ['-i', expandHome(file)])
  return ['ssh', ...keys, ...way(target)].map(quote).join(' ')
}

/** The command that installs a key on the host; without a `file`, the first key of the agent. */
export function copyKeyCommand(target: Target, file?: string): string {
  const key = file === undefined ? [] : ['-i', `${expandHome(file)}.pub`]
  return ['ssh-copy-id', ...key, ...way(target)].map(quote).join(' ')
}

function way({ port, user, address, jumps }: Target): readonly string[] {
  const by = jumps.map((jump) => `${jump.user}@${jump.address}:${jump.port}`).join(',')
  return [
    ...(by === '' ? [] : ['-o', `ProxyJump=${by}`]),
    ...(port === 22 ? [] : ['-p', String(port)]),
    `${user}@${address}`,
  ]
}
