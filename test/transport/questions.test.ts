import type { AuthContext, KeyboardAuthContext, Prompt } from 'ssh2'
import { afterEach, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import { type BadServer, runReally, sshServer } from './helpers/bad-server.ts'
import { failure } from './helpers/wait.ts'

let server: BadServer
afterEach(() => server.stop())

/** A server that only asks, and takes `right`; `asked` tells what it was answered. */
async function asking(prompts: readonly Prompt[], right: string, asked: string[][]): Promise<BadServer> {
  const auth = (context: AuthContext) => {
    if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
    const question = context as KeyboardAuthContext
    question.prompt([...prompts], (answers) => {
      asked.push(answers)
      if (answers[0] === right) context.accept()
      else context.reject(['keyboard-interactive'])
    })
  }
  return sshServer({ auth, exec: runReally })
}

const options = { name: 'test', timeoutMs: 10_000 }
const login = async (password: string) => {
  const host = await connect(server.target({ password: new Secret(password) }))
  try {
    return (await host.run(sh`echo in`, options)).output
  } finally {
    host.close()
  }
}

it('a password answers the one hidden question of a host, once', async () => {
  const asked: string[][] = []
  server = await asking([{ prompt: 'Password: ', echo: false }], 'right', asked)
  expect(await login('right')).toBe('in')
  expect(asked).toEqual([['right']])
  const error = await failure(login('wrong'))
  expect(error).toMatchObject({ code: 'AUTH', exit: 'unreachable' })
  expect(error.message).toContain('it takes keyboard-interactive')
  expect(asked).toEqual([['right'], ['wrong']])
})

it.each([
  { what: 'a second factor', prompts: [{ prompt: 'Verification code: ', echo: true }] },
  {
    what: 'two questions at once',
    prompts: [
      { prompt: 'Password: ', echo: false },
      { prompt: 'Verification code: ', echo: false },
    ],
  },
])('no password is given to $what, and the question is told', async ({ prompts }) => {
  const asked: string[][] = []
  server = await asking(prompts, 'right', asked)
  const error = await failure(login('right'))
  expect(error).toMatchObject({ code: 'AUTH' })
  expect(error.details.evidence).toContain('it asks:')
  expect(error.details.evidence).toContain('Verification code:')
  expect(asked.flat()).not.toContain('right')
})

it('a password is not given twice where the host takes both ways', async () => {
  const tried: string[] = []
  server = await sshServer({
    auth: (context) => {
      if (context.method !== 'none') tried.push(context.method)
      context.reject(['password', 'keyboard-interactive'])
    },
  })
  expect(await failure(login('wrong'))).toMatchObject({ code: 'AUTH' })
  expect(tried).toEqual(['password'])
})
