import { newMark } from '../mark.ts'
import { visible } from '../printable.ts'
import { joinSh, rawSh, type Script, sh } from '../sh.ts'

/**
 * A kind of question to a host. `script` answers it for all keys at once (POSIX sh, no side effects, stderr is
 * discarded). `parse` is pure and turns the output into one value per key. Output with text that others chose (a name,
 * an argument, a title) is written so that the text cannot pass for another answer: each line starts with a word that
 * the script chose, and the text comes last and without newlines, or as JSON.
 */
export interface FactFamily<T> {
  id: string
  script(keys: readonly string[]): Script
  parse(output: string, keys: readonly string[]): ReadonlyMap<string, T>
}

/** One question: a family, and what to ask it about (a path, a package, …; '' when there is only one answer). */
export interface Fact<T> {
  family: FactFamily<T>
  key: string
}

/** A fact that has only one answer on a host. */
export function singleFact<T>(id: string, script: Script, parse: (output: string) => T): Fact<T> {
  return { family: { id, script: () => script, parse: (output) => new Map([['', parse(output)]]) }, key: '' }
}

/** The answers of one host. `get` throws for a fact that was not probed: that is a bug in convecthub. */
export interface Facts {
  /** When the host answered, by the local clock, ms since 1970; accurate to half a round trip. */
  readonly at: number
  get<T>(fact: Fact<T>): T
  has(fact: Fact<unknown>): boolean
}

/** Combines two sets of answers. Later answers replace earlier ones; `at` stays that of the earlier set. */
export function laterFacts(before: Facts, later: Facts): Facts {
  return {
    at: before.at,
    get: (fact) => (later.has(fact) ? later : before).get(fact),
    has: (fact) => later.has(fact) || before.has(fact),
  }
}

/** A script that asks a host for facts, and the parser for its output. */
export interface Probe {
  /** One script for all facts. It runs each family once, however many steps ask for it. */
  script: Script
  /** Parses the script's output, which may follow other output. Throws when it is incomplete or unreadable. */
  read(output: string, at?: number): Facts
}

/**
 * Combines facts into one probe. Each family's output is a section of its own. Sections begin with a random mark, and
 * the script is sent over stdin, so nobody on the host knows the mark: a process name or a page cannot fake a section.
 */
export function makeProbe(facts: readonly Fact<unknown>[]): Probe {
  const mark = newMark()
  const families = byFamily(facts)
  const begin = (section: string) => sh`printf '\n%s\n' ${`${mark} ${section}`}`
  const parts = [...families].flatMap(([family, keys]) => [
    begin(family.id),
    rawSh('{'),
    family.script([...keys]),
    rawSh('} 2>/dev/null </dev/null'),
  ])
  return {
    script: joinSh([...parts, begin(END)]),
    read: (output, at = Date.now()) => readSections(families, sectionsOf(visible(output), mark), at),
  }
}

/** The name of the last section. If it is missing, the output was cut off. */
const END = 'end'

function sectionsOf(output: string, mark: string): Map<string, string> {
  const sections = new Map<string, string>()
  for (const section of `\n${output}\n`.split(`\n${mark} `).slice(1)) {
    const end = section.indexOf('\n')
    const name = section.slice(0, end)
    if (sections.has(name)) throw new Error(`the probe answered twice on ${name}`)
    sections.set(name, section.slice(end + 1).replace(/\n$/, ''))
  }
  if (!sections.has(END)) throw new Error('the probe was cut off')
  return sections
}

function readSections(
  families: ReadonlyMap<FactFamily<unknown>, ReadonlySet<string>>,
  sections: ReadonlyMap<string, string>,
  at: number,
): Facts {
  const answers = new Map<string, ReadonlyMap<string, unknown>>()
  for (const [family, keys] of families) {
    const section = sections.get(family.id)
    if (section === undefined) throw new Error(`the probe gave no answer on ${family.id}`)
    answers.set(family.id, parsed(family, section, keys))
  }
  return {
    at,
    has: ({ family, key }) => answers.get(family.id)?.has(key) ?? false,
    get<T>({ family, key }: Fact<T>): T {
      const answer = answers.get(family.id)
      if (!answer?.has(key)) throw new Error(`the fact ${family.id} ${key} was not probed`)
      return answer.get(key) as T
    },
  }
}

/** A parser fails on an answer that is no answer, such as half of a JSON: its own words would mean nothing to users. */
function parsed<T>({ id, parse }: FactFamily<T>, section: string, keys: ReadonlySet<string>) {
  try {
    return parse(section, [...keys])
  } catch (cause) {
    throw new Error(`its answer on ${id} makes no sense`, { cause })
  }
}

function byFamily(facts: readonly Fact<unknown>[]): Map<FactFamily<unknown>, Set<string>> {
  const families = new Map<FactFamily<unknown>, Set<string>>()
  for (const { family, key } of facts) families.set(family, (families.get(family) ?? new Set()).add(key))
  return families
}
