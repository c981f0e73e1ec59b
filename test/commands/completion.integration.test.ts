import { execFileSync, spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

let cli: BuiltCli
let env: Record<string, string>
beforeAll(() => {
  cli = builtCli()
  cli.write('inv.toml', 'd1\nw1\nw2\n[driver]\nd1\n[worker]\nw1\nw2\n')
  cli.write('path/.keep', '')
  symlinkSync(cli.program, join(cli.folder, 'path/convecthub'))
  env = {
    PATH: `${join(cli.folder, 'path')}:${process.env.PATH}`,
    HOME: join(cli.folder, '.home'),
    LC_ALL: 'C.UTF-8',
  }
})
afterAll(() => cli.remove())

/** Skips where a shell is not installed. */
const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0

const shell = (name: string, script: string, line: string) =>
  execFileSync(name, [...(name === 'bash' ? ['--norc'] : []), '-c', script, 'sh', line], {
    cwd: cli.folder,
    env,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((word) => word !== '')

const LINES = [
  { line: 'convecthub pl', found: ['plan'] },
  { line: 'convecthub plan --upg', found: ['--upgrade'] },
  { line: 'convecthub plan -l w', found: ['w1', 'w2', 'worker'] },
  { line: 'convecthub plan --ignore-preflight cpu,mem', found: ['cpu,memory'] },
  { line: 'convecthub inventory ', found: ['check'] },
  { line: 'convecthub bogus ', found: [] },
]

test.skipIf(!has('bash')).each([
  ...LINES,
  // readline replaces only what stands after = and :
  { line: 'convecthub plan --output=j', found: ['json'] },
  { line: 'convecthub plan -l worker:!w', found: ['!w1', '!w2', '!worker'] },
])('bash completes "$line"', ({ line, found }) => {
  const script = `set -eu
eval "$(convecthub completion bash)"
[[ $(complete -p convecthub) == *_convecthub* ]]
COMP_LINE=$1 COMP_POINT=\${#1}
_convecthub
printf '%s\\n' "\${COMPREPLY[@]}"`
  expect(shell('bash', script, line)).toEqual(found)
})

test.skipIf(!has('bash'))('bash completes only what stands before the cursor', () => {
  const script = `eval "$(convecthub completion bash)"
COMP_LINE=$1 COMP_POINT=14
_convecthub
printf '%s\\n' "\${COMPREPLY[@]}"`
  expect(shell('bash', script, 'convecthub pla --upgrade')).toEqual(['plan'])
})

test.skipIf(!has('fish')).each([...LINES, { line: 'convecthub plan --output=j', found: ['--output=json'] }])(
  'fish completes "$line"',
  ({ line, found }) => {
    const script = 'convecthub completion fish | source; complete -C $argv[2]'
    const words = shell('fish', script, line).map((each) => each.split('\t')[0])
    expect(words.toSorted()).toEqual(found.toSorted())
  },
)

test.skipIf(!has('zsh'))('zsh takes the script, also without compinit', () => {
  const script = 'eval "$(convecthub completion zsh)"; print $_comps[convecthub]'
  expect(shell('zsh', script, '')).toEqual(['_convecthub'])
})

test('completion is for known shells', async () => {
  const { code, stderr } = await cli.run(['completion', 'bsh'])
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean bash?') })
})
