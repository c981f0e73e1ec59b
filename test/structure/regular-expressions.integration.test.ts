import { checkSync } from 'recheck'
import { parseAst } from 'rolldown/parseAst'
import { expect, it, vi } from 'vitest'
import { sourceFiles } from '../helpers/source-files.ts'

/** How long the checker may take for one expression, ms. */
const THINK_MS = 180_000
vi.setConfig({ testTimeout: 900_000 })

interface Expression {
  where: string
  pattern: string
  flags: string
}

/** The literal expressions in src/, from the syntax trees. */
function literals(): Expression[] {
  const found: Expression[] = []
  for (const { path, text } of sourceFiles()) {
    const walk = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return
      const { regex } = node as { regex?: { pattern: string; flags: string } }
      if (regex) found.push({ where: path, ...regex })
      for (const part of Object.values(node)) walk(part)
    }
    walk(parseAst(text, { lang: 'ts' }))
  }
  return found
}

/** The expressions that modules build when they are loaded. */
async function composed(): Promise<Expression[]> {
  const found: Expression[] = []
  const Recording = new Proxy(RegExp, {
    construct(target, [pattern, flags = '']) {
      found.push({ where: 'new RegExp', pattern: String(pattern), flags })
      return new target(pattern, flags)
    },
  })
  vi.resetModules()
  vi.stubGlobal('RegExp', Recording)
  try {
    for (const { path, text } of sourceFiles())
      if (/^const \w+ = new RegExp\(/m.test(text))
        await import(/* @vite-ignore */ new URL(`../../src/${path}`, import.meta.url).href)
  } finally {
    vi.unstubAllGlobals()
  }
  return found
}

/** One line for each expression that may take more than linear time. */
function slow(expressions: readonly Expression[]): string[] {
  return expressions.flatMap(({ where, pattern, flags }) => {
    const found = checkSync(pattern, flags, { timeout: THINK_MS })
    if (found.status === 'safe') return []
    const why = found.status === 'vulnerable' ? found.complexity.summary : found.status
    return [`${where}: /${pattern}/${flags} is ${why}`]
  })
}

it('finds expressions that take quadratic or exponential time', () => {
  const where = 'here'
  expect(slow([{ where, pattern: '\\s+$', flags: '' }])).toHaveLength(1)
  expect(slow([{ where, pattern: '^(a+)+$', flags: '' }])).toHaveLength(1)
})

it('every regular expression takes linear time, because it may read untrusted text', async () => {
  const all = [...literals(), ...(await composed())]
  expect(all.length).toBeGreaterThan(200)
  expect(slow(all)).toEqual([])
})
