import { spawn } from 'node:child_process'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

let cli: BuiltCli
/** Accepts connections and says nothing. */
let silent: Server

beforeAll(async () => {
  cli = builtCli()
  silent = createServer()
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  silent.close()
  cli.remove()
})

it.each([
  { when: 'looks at the machines', logins: 1, timeout: '600' },
  // the look ends by its deadline
  { when: 'works on them', logins: 2, timeout: '1' },
])('Ctrl-C while reset --yes $when ends it, and is told once', async ({ logins, timeout }) => {
  const { port } = silent.address() as AddressInfo
  const inventory = cli.write(
    'inv.toml',
    `[driver]\nd1 ansible_host=127.0.0.1 ansible_port=${port} ansible_ssh_common_args='-F none'\n[all:vars]\nconvect_token=a-long-secret\n`,
  )
  const child = spawn(process.execPath, [cli.program, 'reset', '--yes', '-T', timeout, '-i', inventory], {
    cwd: cli.folder,
    env: { PATH: process.env.PATH, HOME: cli.folder },
  })
  let seen = 0
  const count = (socket: Socket) => {
    seen++
    socket.on('error', () => {})
    if (seen === logins) child.kill('SIGINT')
  }
  silent.on('connection', count)
  const [code, stderr] = await Promise.all([
    new Promise((resolve) => child.on('close', resolve)),
    text(child.stderr),
  ])
  silent.off('connection', count)
  expect({
    code,
    told: stderr.match(/Stopping… press Ctrl-C again to stop immediately\./g)?.length,
    seen,
  }).toEqual({
    code: 130,
    told: 1,
    seen: logins,
  })
})
