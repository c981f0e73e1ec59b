import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BuiltCli, builtCli } from '../commands/helpers/built-cli.ts'

let cli: BuiltCli
beforeAll(() => {
  cli = builtCli()
})
afterAll(() => cli.remove())

const ANSWERS = '[ "$1" != version ] || { echo 28.0.1; exit 0; }'
const ONE_MACHINE = `${ANSWERS}
case $1 in
ps) echo driver1 running ;;
network) echo 10.1.2.0/24 ;;
esac`

test.each([
  { code: 'LAB_NO_DOCKER', args: ['up'] },
  { code: 'LAB_DOCKER_INSTALL', args: ['up', '--install-docker'], programs: { 'apt-get': 'exit 100' } },
  {
    code: 'LAB_DOCKER_DENIED',
    args: ['status'],
    programs: { docker: 'echo permission denied on the socket >&2; exit 1' },
  },
  {
    code: 'LAB_DOCKER_DOWN',
    args: ['status'],
    programs: { docker: 'echo Cannot connect to the Docker daemon >&2; exit 1' },
  },
  {
    code: 'LAB_DOCKER',
    args: ['status'],
    programs: { docker: `${ANSWERS}\necho no space left on device >&2; exit 1` },
    shows: 'no space left on device',
  },
  {
    code: 'LAB_IMAGE',
    args: ['up', '--base', 'debian:none'],
    programs: {
      docker: `${ANSWERS}\necho no such image >&2; exit 1`,
      'ssh-keygen': 'for file; do :; done; : >"$file"; echo key >"$file.pub"',
    },
  },
  {
    code: 'LAB_NO_MACHINE',
    args: ['ssh', 'driver2'],
    programs: { docker: ONE_MACHINE },
    shows: 'it has driver1',
  },
  { code: 'LAB_NO_SSH', args: ['ssh', 'driver1'], programs: { docker: ONE_MACHINE } },
  {
    code: 'LAB_LEFT',
    args: ['down'],
    programs: { docker: `${ANSWERS}\n[ "$1" != rm ] || { echo it is in use >&2; exit 1; }\necho c0ffee` },
    shows: 'it is in use',
  },
])('lab $args ends with $code', async ({ code, args, programs = {}, shows = '' }) => {
  const path = join(cli.folder, 'path')
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path)
  for (const [name, script] of Object.entries(programs))
    cli.write(`path/${name}`, `#!/bin/sh\n${script}\n`, 0o755)
  const result = await cli.run(['lab', ...args], { env: { PATH: path } })
  expect(result.stderr).toContain(`[${code}]`)
  expect(result.stderr).toContain(shows)
  expect(result.code).toBe(code === 'LAB_NO_MACHINE' ? 2 : 9)
})
