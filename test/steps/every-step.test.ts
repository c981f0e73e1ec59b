import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { marks, renderChanges } from '../../src/engine/render.ts'
import { STATE } from '../../src/layout.ts'
import { provision } from '../../src/recipes/provision.ts'
import { reset } from '../../src/recipes/reset.ts'
import { status } from '../../src/recipes/status.ts'
import { sh } from '../../src/sh.ts'
import { jsonLine } from '../../src/ui/json-renderer.ts'
import { allPlans, isScripted, VALUES_SECRET } from '../helpers/all-plans.ts'
import { TOKEN } from '../helpers/test-cluster.ts'

const PLANS = allPlans().filter(({ changes }) => changes.length > 0)
const CHANGES = PLANS.flatMap(({ step, host, changes }) =>
  changes.map((change) => ({ step: step.id, host, change })),
)
const SECRETS = [TOKEN, VALUES_SECRET]

it('the plans under test contain every step that changes something, and every kind of change', () => {
  const silent = ['preflight']
  const ids = [...provision, ...reset].map(({ id }) => id).filter((id) => !silent.includes(id))
  expect(
    new Set(PLANS.map(({ step }) => step.id)),
    'a step plans nothing here: give it a setting or an answer in test/helpers/all-plans.ts',
  ).toEqual(new Set(ids))
  expect(new Set(CHANGES.map(({ change }) => change.kind))).toEqual(
    new Set(['file', 'upload', 'packages', 'run', 'service', 'wait']),
  )
})

it('the scripts for hosts contain the secrets, so that the next two tests can fail', () => {
  const sent = CHANGES.flatMap(({ change }) =>
    isScripted(change) ? [renderChanges([[0, change]], 'x', marks('@@x')).reveal()] : [],
  )
  for (const secret of SECRETS) expect(sent.some((text) => text.includes(secret))).toBe(true)
})

it.each(SECRETS)('masks %s in displayed scripts, titles and events', (secret) => {
  const shown = CHANGES.flatMap(({ step, host, change }) => [
    change.title,
    inspect(change, { depth: 9 }),
    jsonLine({ event: 'planned', host, step, changes: [change] }),
    isScripted(change) ? String(renderChanges([[0, change]], step, marks('@@x'))) : '',
  ])
  expect(shown.filter((text) => text.includes(secret))).toEqual([])
})

it('no secret is in an argv: only the builtin printf takes one', () => {
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

it('writes only to absolute paths without blanks or `..`', () => {
  const paths = CHANGES.flatMap(({ change }) => ('path' in change ? [change.path] : []))
  expect(paths.length).toBeGreaterThan(20)
  expect(paths.filter((path) => !/^(\/(?!\.\.?(\/|$))[\w.@+:-]+)+$/.test(path))).toEqual([])
})

it('records every file before it is written, so that reset removes it; below STATE reset removes all', () => {
  const written = CHANGES.flatMap(({ change, step }) => {
    if (!isScripted(change)) return []
    const text = renderChanges([[0, change]], step, marks('@@x')).reveal()
    return [...text.matchAll(/\bcvh_place '?(\/[^\s']+)/g)].map(({ index, 1: path = '' }) => ({
      path,
      recorded: text.slice(0, index).includes(sh`cvh_record file ${path}`.reveal()),
    }))
  }).filter(({ path }) => !path.startsWith(`${STATE}/`))
  expect(new Set(written.map(({ path }) => path)).size).toBeGreaterThan(5)
  expect(
    written.filter(({ recorded }) => !recorded),
    'record a file that only convecthub writes; one that the host already had is never recorded or replaced, since ' +
      'reset would delete it: see "Changing what the host already has" in CONTRIBUTING.md',
  ).toEqual([])
})

it('every change has a title of one line', () => {
  expect(
    CHANGES.filter(({ change: { title } }) => title === '' || /\n|undefined|\[object/.test(title)),
  ).toEqual([])
})

it('every change has a timeout of at most an hour', () => {
  const times = CHANGES.flatMap(({ change }) => ('timeoutMs' in change ? [change.timeoutMs] : []))
  expect(times.length).toBeGreaterThan(10)
  expect(times.every((ms) => ms >= 1000 && ms <= 3_600_000)).toBe(true)
})

it.each([
  { name: 'provision', recipe: provision },
  { name: 'reset', recipe: reset },
  { name: 'status', recipe: status },
])(
  '$name: ids are unique, and steps wait only for earlier steps or for themselves on other hosts',
  ({ recipe }) => {
    const ids = recipe.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { step, context } of allPlans().filter(({ step }) => recipe.includes(step))) {
      const index = ids.indexOf(step.id)
      for (const ref of [
        ...(step.needs?.(context.host, context) ?? []),
        ...(step.after?.(context.host, context) ?? []),
      ]) {
        const before = ids.indexOf(ref.step)
        // exceptions: a server waits for the nodes of earlier servers, in an upgrade agents for those of all servers
        const later =
          /^k3s-(server|agent)$/.test(step.id) && ref.step === 'k3s-node' && ref.host !== context.host.name
        expect(
          before >= 0 && (before < index || (before === index && ref.host !== context.host.name) || later),
        ).toBe(true)
      }
    }
  },
)
