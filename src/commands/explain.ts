import { ConvecthubError } from '../errors.ts'
import { codeKey, findCode, GROUPS, groupTitle, PAGES, pageText, pageTitle } from '../explain/find-page.ts'
import { nearest } from '../inventory/edit-distance.ts'
import { wrap } from '../ui/fit.ts'
import { pageWidth } from '../ui/markdown-lines.ts'
import { printLines } from '../ui/print-lines.ts'
import { columns } from '../ui/style.ts'
import type { VerbResult } from './verb.ts'

/** `explain`: prints the page of a code, or all codes with one line each. Error: USAGE. */
export async function explainVerb(text: string | undefined): VerbResult {
  if (text === undefined) {
    printLines(
      GROUPS.flatMap((group) => [groupTitle(group), ...columns(group.codes.map(summary)), '']).slice(0, -1),
    )
    return 'ok'
  }
  const code = findCode(text)
  if (!code) throw unknownCode(text)
  printLines([pageTitle(code), ...pageText(code).flatMap((text) => ['', ...wrap(text, pageWidth(), '')])])
  return 'ok'
}

/** A code, and the first clause of what it means. */
function summary(code: keyof typeof PAGES): string[] {
  return [`  ${code}`, PAGES[code].means.split(/[.;:](?:\s|$)/, 1)[0] ?? '']
}

function unknownCode(text: string): ConvecthubError {
  const keys = new Map(Object.keys(PAGES).map((code) => [codeKey(code), code]))
  const meant = keys.get(nearest(codeKey(text), [...keys.keys()]) ?? '')
  return new ConvecthubError('USAGE', `there is no code '${text}'`, {
    hint: `${meant ? `did you mean ${meant}? All` : 'all'} codes: convecthub explain`,
  })
}
