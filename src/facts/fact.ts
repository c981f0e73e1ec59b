import { joinSh, rawSh, type Script, sh } from '../sh.ts'

/**
 * A kind of question to a host. `script` asks for all keys at once (POSIX sh, no side effect, stderr thrown away);
 * `parse` is pure: the script's output → one value a key.
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
  get<T>(fact: Fact<T>): T
  has(fact: Fact<unknown>): boolean
}

/** Answers of which the later ones count. */
export function laterFacts(before: Facts, later: Facts): Facts {
  return {
    get: (fact) => (later.has(fact) ? later : before).get(fact),
    has: (fact) => later.has(fact) || before.has(fact),
  }
}

const MARK = '::fact'

/** All facts as one script: a family at a time, each once, whatever the number of steps that ask for it. */
export function probeScript(facts: readonly Fact<unknown>[]): Script {
  const parts = [...byFamily(facts)].flatMap(([family, keys]) => [
    sh`printf '\n%s\n' ${`${MARK} ${family.id}`}`,
    rawSh('{'),
    family.script([...keys]),
    rawSh('} 2>/dev/null </dev/null'),
  ])
  return joinSh(parts)
}

/** Reads what the script of the same facts printed. */
export function parseProbe(facts: readonly Fact<unknown>[], output: string): Facts {
  const sections = new Map<string, string>()
  for (const section of `\n${output}`.split(`\n${MARK} `).slice(1)) {
    const end = section.indexOf('\n')
    sections.set(
      end < 0 ? section : section.slice(0, end),
      end < 0 ? '' : section.slice(end + 1).replace(/\n$/, ''),
    )
  }
  const answers = new Map<string, ReadonlyMap<string, unknown>>()
  for (const [family, keys] of byFamily(facts)) {
    const section = sections.get(family.id)
    if (section === undefined) throw new Error(`the probe gave no answer on ${family.id}`)
    answers.set(family.id, family.parse(section, [...keys]))
  }
  return {
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
