import { createHash } from 'node:crypto'
import type { Change } from '../../src/engine/change.ts'
import type { Desired, Step } from '../../src/engine/step.ts'
import { file } from '../../src/facts/file.ts'
import { installedPackage } from '../../src/facts/packages.ts'
import { unit } from '../../src/facts/unit.ts'
import { Secret } from '../../src/secret.ts'
import { type Answer, contextOf, fileOf, is, machine } from './fake-facts.ts'

/** The facts of all hosts of a plan: healthy machines with these differences. */
export type Known = Readonly<Record<string, readonly Answer[]>>

export function knownOf(desired: Desired, more: Known = {}): Known {
  return Object.fromEntries(
    desired.cluster.hosts.map(({ name }, i) => [name, machine(i + 1, more[name])] as const),
  )
}

/** What a step plans for a healthy machine with these differences. */
export function planStep(step: Step, desired: Desired, name: string, more: Known = {}): readonly Change[] {
  return step.plan(contextOf(step, desired, name, knownOf(desired, more)))
}

export const contentOf = (content: string | Secret) =>
  content instanceof Secret ? content.reveal() : content
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')

/**
 * The facts after changes: files and packages exist, units run with the inputs from their .env file. Knows nothing of
 * what a `run` or a `wait` does: add the facts that it leaves behind.
 */
export function answersAfter(changes: readonly Change[]): Answer[] {
  let inputs: string | undefined
  return changes.flatMap((change): Answer[] => {
    if (change.kind === 'file') {
      const text = contentOf(change.content)
      if (change.path.endsWith('.env')) inputs = /=(.+)/.exec(text)?.[1]
      return [is(file(change.path), fileOf({ mode: change.mode, digest: digestOf(text), size: text.length }))]
    }
    if (change.kind === 'upload')
      return [is(file(change.path), fileOf({ mode: change.mode, digest: change.artifact.sha256 }))]
    if (change.kind === 'packages')
      return change.names.map((name) =>
        is(installedPackage(typeof name === 'string' ? name : (name.firstOf[0] ?? '')), '1.0'),
      )
    return change.kind === 'service'
      ? [is(unit(change.unit), { loaded: true, active: 'active', enabled: true, inputs })]
      : []
  })
}

/** The text of the file that these changes write to a path. */
export function fileText(changes: readonly Change[], path: string): string {
  const found = changes.find((change) => change.kind === 'file' && change.path === path)
  if (found?.kind !== 'file') throw new Error(`the plan writes no ${path}`)
  return contentOf(found.content)
}
