import type { Change } from '../../src/engine/change.ts'
import type { PlanContext, Step } from '../../src/engine/step.ts'
import type { Fact, FactFamily } from '../../src/facts/fact.ts'
import { sh } from '../../src/sh.ts'

const family: FactFamily<boolean> = {
  id: 'thing',
  script: (keys) => sh`ask ${[...keys]}`,
  parse: (output, keys) =>
    new Map(keys.map((key) => [key, new RegExp(`^${key}=so$`, 'm').test(output)] as const)),
}

/** Whether this was made on a fake host. */
export function thing(name: string): Fact<boolean> {
  return { family, key: name }
}

export function make(name: string): Change {
  return { kind: 'run', sign: '+', title: `make ${name}`, timeoutMs: 1000, script: sh`make ${name}` }
}

/** A step that makes `things` on all hosts; by default one thing with the name of the step. */
export function fakeStep(id: string, more: Partial<Step> & { things?: readonly string[] } = {}): Step {
  const { things = [id], ...step } = more
  return {
    id,
    title: `Make ${id}`,
    hosts: ({ cluster }) => cluster.hosts,
    facts: () => things.map(thing),
    plan: ({ facts }: PlanContext) => things.filter((name) => !facts.get(thing(name))).map(make),
    ...step,
  }
}
