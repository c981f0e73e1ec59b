import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { marks, renderChanges } from '../../src/engine/render.ts'
import { provision } from '../../src/recipes/provision.ts'
import { reset } from '../../src/recipes/reset.ts'
import { status } from '../../src/recipes/status.ts'
import { jsonLine } from '../../src/ui/json-renderer.ts'
import { allPlans, isScripted, VALUES_SECRET } from '../helpers/all-plans.ts'
import { TOKEN } from '../helpers/test-cluster.ts'

const PLANS = allPlans().filter(({ changes }) => changes.length > 0)
const CHANGES = PLANS.flatMap(({ step, host, changes }) =>
  changes.map((change) => ({ step: step.id, host, change })),
)
const SECRETS = [TOKEN, VALUES_SECRET]

it('these plans hold every step that changes something, and every kind of change', () => {
  const silent = ['preflight']
  const ids = [...provision, ...reset].map(({ id }) => id).filter((id) => !silent.includes(id))
  expect(new Set(PLANS.map(({ step }) => step.id))).toEqual(new Set(ids))
  expect(new Set(CHANGES.map(({ change }) => change.kind))).toEqual(
    new Set(['file', 'upload', 'packages', 'run', 'service', 'wait']),
  )
})

it('secrets are in what hosts get, or the next two tests would say nothing', () => {
  const sent = CHANGES.flatMap(({ change }) =>
    isScripted(change) ? [renderChanges([[0, change]], 'x', marks('@@x')).reveal()] : [],
  )
  for (const secret of SECRETS) expect(sent.some((text) => text.includes(secret))).toBe(true)
})

it.each(SECRETS)('%s is in no script as it is shown, no title, no event', (secret) => {
  const shown = CHANGES.flatMap(({ step, host, change }) => [
    change.title,
    inspect(change, { depth: 9 }),
    jsonLine({ event: 'planned', host, step, changes: [change] }),
    isScripted(change) ? String(renderChanges([[0, change]], step, marks('@@x'))) : '',
  ])
  expect(shown.filter((text) => text.includes(secret))).toEqual([])
})

it('no secret is in an argv: only built-in printf takes it', () => {
  for (const { change, step } of CHANGES) {
    if (!isScripted(change)) continue
    const text = renderChanges([[0, change]], step, marks('@@x')).reveal()
    for (const secret of SECRETS) {
      for (const [line] of text.matchAll(new RegExp(`^.*${secret}.*$`, 'gm'))) {
        expect(/ && printf '%s' \S*|^auth: /.test(line), line).toBe(true)
      }
    }
  }
})

it('every path that is written is absolute, without blanks or dots to climb by', () => {
  const paths = CHANGES.flatMap(({ change }) => ('path' in change ? [change.path] : []))
  expect(paths.length).toBeGreaterThan(20)
  expect(paths.filter((path) => !/^(\/(?!\.\.?(\/|$))[\w.@+-]+)+$/.test(path))).toEqual([])
})

it('what is written is noted as ours, so that reset takes it away', () => {
  expect(CHANGES.filter(({ change }) => 'ours' in change && !change.ours)).toEqual([])
})

it('every change says in one line what it does', () => {
  expect(
    CHANGES.filter(({ change: { title } }) => title === '' || /\n|undefined|\[object/.test(title)),
  ).toEqual([])
})

it('every wait and act has a deadline within an hour', () => {
  const times = CHANGES.flatMap(({ change }) => ('timeoutMs' in change ? [change.timeoutMs] : []))
  expect(times.length).toBeGreaterThan(10)
  expect(times.every((ms) => ms >= 1000 && ms <= 3_600_000)).toBe(true)
})

it.each([
  { name: 'provision', recipe: provision },
  { name: 'reset', recipe: reset },
  { name: 'status', recipe: status },
])('$name: each step has its own id, and waits only for earlier ones or itself elsewhere', ({ recipe }) => {
  const ids = recipe.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { step, context } of allPlans().filter(({ step }) => recipe.includes(step))) {
    const own = ids.indexOf(step.id)
    for (const ref of [
      ...(step.needs?.(context.host, context) ?? []),
      ...(step.after?.(context.host, context) ?? []),
    ]) {
      const before = ids.indexOf(ref.step)
      // servers wait for the nodes of those before them, and in an upgrade agents for those of all servers: later steps
      const later =
        /^k3s-(server|agent)$/.test(step.id) && ref.step === 'k3s-node' && ref.host !== context.host.name
      expect(
        before >= 0 && (before < own || (before === own && ref.host !== context.host.name) || later),
      ).toBe(true)
    }
  }
})
