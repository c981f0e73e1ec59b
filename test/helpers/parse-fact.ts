import type { Fact } from '../../src/facts/fact.ts'

/** Parses a host's output as the answer to one fact. */
export function parseFact<T>({ family, key }: Fact<T>, text: string): T {
  const answers = family.parse(text, [key])
  if (!answers.has(key)) throw new Error(`${family.id} gives no answer on ${key}`)
  return answers.get(key) as T
}
