import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { builtCli } from './helpers/built-cli.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

it('--version prints the version, the commit of the build and the Node version', async () => {
  const cli = builtCli()
  onTestFinished(() => cli.remove())
  const head = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim()
  const { code, stdout } = await cli.run(['--version'])
  expect({ code, stdout: stdout.replace('-dirty', '') }).toEqual({
    code: 0,
    stdout: `convecthub ${version} (commit ${head}, Node ${process.version})\n`,
  })
})

it('a build outside a checkout ignores the checkout of another project around it', () => {
  const cache = join(ROOT, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const copy = mkdtempSync(join(cache, 'no-checkout-'))
  onTestFinished(() => rmSync(copy, { recursive: true }))
  for (const name of ['bin', 'scripts', 'src', 'package.json'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: copy, encoding: 'utf8' })
  node('scripts/build.js')
  expect(node('bin/convecthub.cjs', '--version')).toContain('(commit unknown, ')
})
