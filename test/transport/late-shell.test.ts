import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { bootstrap } from '../../src/transport/bootstrap.ts'
import type { Channel } from '../../src/transport/connection.ts'
import { Shell } from '../../src/transport/shell.ts'

/** A login whose root shell never answers. `asks`: sudo asks for the password. */
async function lateShell(asks: boolean) {
  const boot = bootstrap({ becomeUser: 'root', askPassword: asks })
  const channel: Channel = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    closed: new Promise(() => {}),
    close: () => {},
  }
  const ended = new Promise((onEnd) => {
    new Shell(
      'h1',
      async () => channel,
      boot,
      {
        password: asks ? new Secret('s3cret') : undefined,
        byHand: 'ssh lab@10.0.0.3 sudo true',
        startMs: 50,
        onBytes: () => {},
        onLine: () => {},
        onFrame: () => {},
        onEnd,
      },
      channel,
    )
  })
  if (asks) channel.stderr.push(boot.prompt)
  return ended
}

it.each([
  {
    what: 'sudo asks nothing',
    asks: false,
    code: 'LOGIN_TIMEOUT',
    message: 'no root shell within 0.05 s of login',
    hint: 'the machine is slow, or sudo hangs (DNS?): try time ssh lab@10.0.0.3 sudo true; or fewer at once with -f 20',
  },
  {
    what: 'sudo got the password',
    asks: true,
    code: 'SUDO_TIMEOUT',
    message: 'sudo did not answer to the password within 0.05 s',
    hint: 'sudo may wait for DNS or a directory; look how long it takes: time ssh lab@10.0.0.3 sudo true; the password is not tried again',
  },
])('reports a root shell that never comes as $code when $what', async ({ asks, code, message, hint }) => {
  expect(await lateShell(asks)).toMatchObject({ code, message, exit: 'unreachable', details: { hint } })
})
