import { newMark } from '../mark.ts'
import { visible } from '../printable.ts'
import { joinSh, rawSh, type Script, sh } from '../sh.ts'

/**
 * A kind of question to a host. `script` asks for all keys at once (POSIX sh, no side effect, stderr thrown away);
 * `parse` is pure: the script's output → one value a key. Each line that a script prints begins with words of ours;
 * what others chose (a name, an argument, a title) stands last on it and holds no newline, or it is JSON.
 */
export interface FactFamily<T> {
  id: string
  script(keys: readonly string[]): Script
  parse(output: string, keys: readonly string[]): ReadonlyMap<string, T>
}

/** One question: a family and what it is asked about (a path, a package, …; '' where there is but one answer). */
export interface Fact<T> {
  family: FactFamily<T>
  key: string
}

/** The answers of one host. Asking for a fact that was not probed is a fault of ours and throws. */
export interface Facts {
  /** When the host answered, by our clock, ms since 1970; within half a round trip. */
  readonly at: number
  get<T>(fact: Fact<T>): T
  has(fact: Fact<unknown>): boolean
}

/** Answers of which the later ones count; the time is that of the first ones. */
export function laterFacts(before: Facts, later: Facts): Facts {
  return {
    at: before.at,
    get: (fact) => (later.has(fact) ? later : before).get(fact),
    has: (fact) => later.has(fact) || before.has(fact),
  }
}

/** A question to a host, and how its answer is read. */
export interface Probe {
  /** All facts as one script: a family at a time, each once, whatever the number of steps that ask for it. */
  script: Script
  /** Reads what the script printed, which may stand behind other output, and came at that time. Throws when it is not whole, or not readable. */
  read(output: string, at?: number): Facts
}

/**
 * Asks for facts. What a family's script prints is read by that family alone: sections begin with a mark that nobody on
 * the host knows, since the script travels by stdin, so a process name or a page cannot begin one.
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

/** The name of the section that says that all is told. */
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
    answers.set(family.id, family.parse(section, [...keys]))
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

function byFamily(facts: readonly Fact<unknown>[]): Map<FactFamily<unknown>, Set<string>> {
  const families = new Map<FactFamily<unknown>, Set<string>>()
  for (const { family, key } of facts) families.set(family, (families.get(family) ?? new Set()).add(key))
  return families
}
