import { spawn } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

let cli: BuiltCli
beforeAll(() => {
  cli = builtCli()
  cli.write(
    'inv.ini',
    '[driver]\nd1 ansible_host=127.0.0.1 ansible_port=9\n[all:vars]\nconvect_token=abcdefgh12345678\n',
  )
})
afterAll(() => cli?.remove())

/** Runs the command line in a shell that sends its output elsewhere. */
function shell(args: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, HOME: cli.folder, NODE: process.execPath, CLI: cli.program }
  const child = spawn('sh', ['-c', `"$NODE" "$CLI" ${args}`], { cwd: cli.folder, env })
  const out = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk) => {
      out[name] += chunk
    })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...out })))
}

const FULL = 'error cannot write to stdout: no space left on device [STDOUT]\n'

it.each([
  { what: 'a help', args: '--help' },
  { what: 'a result', args: 'inventory -i inv.ini --list' },
  { what: 'a JSON error', args: 'ping -i none --output json' },
  { what: 'an event of a run', args: 'ping -i inv.ini --output json' },
])('says that $what could not be written', async ({ args }) => {
  expect(await shell(`${args} >/dev/full`)).toEqual({ code: 1, stdout: '', stderr: FULL })
})

it.each([
  { what: 'a reader that stops early', args: 'inventory -i inv.ini --list | true', code: 0 },
  { what: 'a closed stdout', args: 'inventory -i inv.ini --list >&-', code: 0 },
  { what: 'a full stderr', args: 'ping -i none 2>/dev/full', code: 3 },
  { what: 'a closed stderr', args: 'ping -i none 2>&-', code: 3 },
])('$what is no fault', async ({ args, code }) => {
  expect(await shell(args)).toMatchObject({ code, stdout: '', stderr: '' })
})
