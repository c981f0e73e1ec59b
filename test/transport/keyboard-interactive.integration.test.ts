import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuthContext, KeyboardAuthContext, Prompt } from 'ssh2'
import { afterEach, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import { type AskQuestion, Shared } from '../../src/transport/shared.ts'
import type { Target } from '../../src/transport/target.ts'
import { makeKey } from './helpers/keys.ts'
import { type BadServer, runReally, sshServer } from './helpers/misbehaving-server.ts'
import { failure, settled, until } from './helpers/wait.ts'

let server: BadServer
afterEach(() => server.stop())

/** A server that accepts only keyboard-interactive with the answer `right`, and adds each reply to `asked`. */
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
const login = async (password: string | undefined, shared = new Shared(), over: Partial<Target> = {}) => {
  const secret = password === undefined ? undefined : new Secret(password)
  const host = await connect(server.target({ password: secret, ...over }), shared)
  try {
    return (await host.run(sh`echo in`, options)).output
  } finally {
    host.close()
  }
}

it('answers a single hidden question with the password, once', async () => {
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
])('does not send the password for $what, and reports the question', async ({ prompts }) => {
  const asked: string[][] = []
  server = await asking(prompts, 'right', asked)
  const error = await failure(login('right'))
  expect(error).toMatchObject({ code: 'AUTH' })
  expect(error.details.evidence).toContain('it asks:')
  expect(error.details.evidence).toContain('Verification code:')
  expect(asked.flat()).not.toContain('right')
})

it('does not send the password a second time by the other method', async () => {
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

/** A user who gives these answers; questions are added to `seen`. */
function somebody(answer: (text: string) => string | undefined, seen: unknown[]): Shared {
  const shared = new Shared()
  shared.question = async (question) => {
    seen.push(question)
    const text = answer(question.text)
    return text === undefined ? undefined : new Secret(text)
  }
  return shared
}

it('asks the user each question of the host, with or without echo as the host wants', async () => {
  const asked: string[][] = []
  server = await asking(
    [
      { prompt: 'Code: ', echo: true },
      { prompt: 'PIN: ', echo: false },
    ],
    'right',
    asked,
  )
  const seen: unknown[] = []
  expect(
    await login(
      undefined,
      somebody((text) => (text === 'Code:' ? 'right' : '1234'), seen),
    ),
  ).toBe('in')
  expect(seen).toEqual([
    { host: 'h1', text: 'Code:', echo: true },
    { host: 'h1', text: 'PIN:', echo: false },
  ])
  expect(asked).toEqual([['right', '1234']])
})

it("asks a jump host's question under its own name, not that of the host behind it", async () => {
  server = await asking([{ prompt: 'Password: ', echo: false }], 'right', [])
  const seen: unknown[] = []
  const jump = server.target({ password: undefined })
  const shared = somebody(() => 'right', seen)
  const error = await failure(login(undefined, shared, { address: '10.0.0.1', jumps: [jump] }))
  expect(error.message).toMatch(/^10\.0\.0\.1:\d+ is not reached through jump host 127\.0\.0\.1$/)
  expect(seen).toEqual([{ host: 'jump host 127.0.0.1', text: 'Password:', echo: false }])
})

it('asks nobody when the host accepts other methods too', async () => {
  server = await sshServer({ auth: (context) => context.reject(['publickey', 'keyboard-interactive']) })
  const seen: unknown[] = []
  const error = await failure(
    login(
      undefined,
      somebody(() => 'x', seen),
    ),
  )
  expect(error).toMatchObject({ code: 'AUTH' })
  expect(seen).toEqual([])
})

it.each<{ what: string; over: (folder: string) => Partial<Target> }>([
  { what: 'keyboard-interactive is switched off', over: () => ({ methods: ['publickey', 'password'] }) },
  {
    what: 'the host key has changed',
    over(folder) {
      const file = join(folder, 'known_hosts')
      const { line } = makeKey(join(folder, 'other'))
      writeFileSync(file, `[127.0.0.1]:${server.target().port} ${line}\n`)
      return { knownHostsFiles: [file] }
    },
  },
])('asks nobody when $what', async ({ over }) => {
  const folder = mkdtempSync(join(tmpdir(), 'cvh-ask-'))
  try {
    server = await asking([{ prompt: 'Code: ', echo: true }], 'right', [])
    const seen: unknown[] = []
    const error = await failure(
      login(
        undefined,
        somebody(() => 'right', seen),
        over(folder),
      ),
    )
    expect(error).toMatchObject({ code: 'AUTH' })
    expect(seen).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('reports a question that got no answer, and does not ask again', async () => {
  server = await asking([{ prompt: 'Code: ', echo: true }], 'right', [])
  const seen: unknown[] = []
  const error = await failure(
    login(
      undefined,
      somebody(() => undefined, seen),
    ),
  )
  expect(error).toMatchObject({ code: 'AUTH' })
  expect(error.details.evidence).toBe('it asks: Code:')
  expect(seen).toHaveLength(1)
  expect(server.connections()).toBe(1)
})

it.each<{ what: string; answer?: (text: string) => string | undefined; hint: RegExp }>([
  { what: 'nobody was there to answer', hint: /^run it on a terminal, and answer its question there/ },
  {
    what: 'nobody answered',
    answer: () => undefined,
    hint: /^run it on a terminal, and answer its question there/,
  },
  { what: 'the answer was wrong', answer: () => 'wrong', hint: /^the answer was not taken; run it again$/ },
])('gives a hint when $what', async ({ answer, hint }) => {
  server = await asking([{ prompt: 'Code: ', echo: true }], 'right', [])
  const error = await failure(login(undefined, answer && somebody(answer, [])))
  expect(error).toMatchObject({ code: 'AUTH' })
  expect(error.details.hint).toMatch(hint)
})

it('answers at most ten questions', async () => {
  server = await sshServer({
    auth: (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
      const more = (answers: string[]) =>
        answers.length > 0
          ? (context as KeyboardAuthContext).prompt([{ prompt: 'And? ', echo: true }], more)
          : context.reject(['keyboard-interactive'])
      more(['begin'])
    },
  })
  const seen: unknown[] = []
  expect(
    await failure(
      login(
        undefined,
        somebody(() => 'x', seen),
      ),
    ),
  ).toMatchObject({ code: 'AUTH' })
  expect(seen).toHaveLength(10)
})

it('ends the login on a bug in the prompt, and passes its error on unchanged', async () => {
  server = await asking([{ prompt: 'Code: ', echo: true }], 'right', [])
  const shared = new Shared()
  const fault = new TypeError('a mistake in the program')
  shared.question = () => Promise.reject(fault)
  await expect(settled(login(undefined, shared))).rejects.toBe(fault)
  await until('the end of all connections', () => server.open() === 0, 3000)
})

it('waits for an answer beyond the login deadline, and withdraws the question when the host goes away', async () => {
  server = await asking([{ prompt: 'Code: ', echo: true }], 'right', [])
  const shared = new Shared()
  let called = false
  const question: AskQuestion = (_question, signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        called = true
        resolve(undefined)
      })
      // longer than the deadline of a login without questions
      setTimeout(server.vanish, 3200)
    })
  shared.question = question
  const error = await failure(login(undefined, shared, { connectTimeoutMs: 1000 }), 10_000)
  expect(error).toMatchObject({ code: 'LOGIN_CLOSED', exit: 'unreachable' })
  expect(called).toBe(true)
  expect(server.connections()).toBe(1)
})
