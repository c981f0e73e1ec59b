import type { AuthenticationType } from 'ssh2'
import { expect, it } from 'vitest'
import { loginRefusal } from '../../src/transport/login-refusal.ts'
import type { Target } from '../../src/transport/target.ts'
import { Tried } from '../../src/transport/tried.ts'
import { testTarget } from './helpers/test-target.ts'

interface Row {
  what: string
  /** The methods that were tried. */
  by: readonly AuthenticationType[]
  files?: readonly string[]
  /** Keys of the agent that come from no file. */
  held?: number
  takes: readonly AuthenticationType[]
  over?: Partial<Target>
  message: string
  hint: string
}

it.each<Row>([
  {
    what: 'a key',
    by: ['publickey'],
    files: ['/k/id'],
    takes: ['publickey'],
    message: 'lab@10.0.0.3 does not accept the key /k/id (it takes keys only)',
    hint: 'install it: ssh-copy-id -i /k/id.pub lab@10.0.0.3, or correct ansible_user or the key',
  },
  {
    what: 'a key on another port, behind a jump host',
    by: ['publickey'],
    files: ['/k/my id'],
    takes: ['publickey', 'password'],
    over: { port: 2222, jumps: [testTarget({ user: 'ops', address: 'gate', port: 22 })] },
    message: 'lab@10.0.0.3:2222 does not accept the key /k/my id (it takes keys, passwords)',
    hint: "install it: ssh-copy-id -i '/k/my id.pub' -o ProxyJump=ops@gate:22 -p 2222 lab@10.0.0.3, or correct ansible_user or the key",
  },
  {
    what: 'several keys',
    by: ['publickey', 'publickey', 'agent'],
    files: ['/k/a', '/k/b'],
    held: 1,
    takes: ['publickey'],
    message: 'lab@10.0.0.3 does not accept the keys /k/a, /k/b or the key of the agent (it takes keys only)',
    hint: 'install one of them: ssh-copy-id -i /k/a.pub lab@10.0.0.3, or correct ansible_user or the key',
  },
  {
    what: 'the keys of the agent',
    by: ['agent', 'agent'],
    held: 2,
    takes: ['publickey'],
    message: 'lab@10.0.0.3 does not accept the 2 keys of the agent (it takes keys only)',
    hint: 'install one of them: ssh-copy-id lab@10.0.0.3, or correct ansible_user or the key (ansible_ssh_private_key_file)',
  },
  {
    what: 'a key and the password',
    by: ['publickey', 'password'],
    files: ['/k/id'],
    takes: ['publickey', 'password'],
    message: 'lab@10.0.0.3 does not accept the key /k/id or the password (it takes keys, passwords)',
    hint: 'correct the password (-k or ansible_ssh_pass) or ansible_user; it was tried once, and is not tried again; by hand: ssh lab@10.0.0.3',
  },
  {
    what: 'nothing, where keys are taken',
    by: [],
    takes: ['publickey'],
    message: 'there is nothing to log in to lab@10.0.0.3 with (it takes keys only)',
    hint: 'name a key with ansible_ssh_private_key_file=FILE, or load it with ssh-add FILE',
  },
  {
    what: 'a key that the host does not even look at',
    by: [],
    files: ['/k/id'],
    takes: ['password'],
    message: 'there is nothing to log in to lab@10.0.0.3 with (it takes passwords only)',
    hint: 'give the password with -k or ansible_ssh_pass',
  },
])('tells of $what that was refused', ({ by, files = [], held = 0, takes, over, message, hint }) => {
  const target = testTarget({ user: 'lab', address: '10.0.0.3', port: 22, keyFiles: [], ...over })
  const tried = new Tried()
  for (const method of by) tried.attempt(method)
  tried.files = files
  tried.keys = files.length + held
  tried.refusal(takes, false)
  const refusal = loginRefusal(tried, { tooMany: false })
  expect({ message: refusal.message(target), hint: refusal.hint(target) }).toEqual({ message, hint })
})
