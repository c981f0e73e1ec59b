import { InvalidArgumentError } from 'commander'
import { FINDINGS } from '../error-codes.ts'
import { nearest } from '../inventory/edit-distance.ts'

const named = (kind: string) => Object.entries(FINDINGS).flatMap(([id, own]) => (own === kind ? [id] : []))

/** The findings that --ignore-preflight turns into warnings. */
export const ACCEPTED: readonly string[] = named('accepted')

/** Parses --ignore-preflight: ids with commas between them. Throws commander's InvalidArgumentError. */
export function acceptedFindings(text: string, before: readonly string[] = []): string[] {
  const ids = text.split(',').map((id) => id.trim())
  for (const id of ids) {
    if (named('firm').includes(id))
      throw new InvalidArgumentError(
        `${id} cannot be accepted, as the cluster would not survive it (convecthub explain ${id})`,
      )
    if (ACCEPTED.includes(id) || named('warning').includes(id)) continue
    const meant = nearest(id, ACCEPTED)
    throw new InvalidArgumentError(
      `'${id}' is none of ${ACCEPTED.join(', ')}${meant ? `\n(Did you mean ${meant}?)` : ''}`,
    )
  }
  return [...before, ...ids]
}
