import { ERRORS, FINDINGS, type FindingId, WARNINGS } from '../error-codes.ts'
import { EXIT, type ExitName } from '../exit-codes.ts'
import { APT_PAGES } from './apt-pages.ts'
import { CLUSTER_PAGES } from './cluster-pages.ts'
import { COMMAND_PAGES } from './command-pages.ts'
import { DOWNLOAD_PAGES } from './download-pages.ts'
import { FINDING_PAGES } from './finding-pages.ts'
import { FOUNDED_PAGES } from './founded-pages.ts'
import { IMAGE_PAGES } from './image-pages.ts'
import { INPUT_PAGES } from './input-pages.ts'
import { INVENTORY_FILE_PAGES } from './inventory-file-pages.ts'
import { INVENTORY_PAGES } from './inventory-pages.ts'
import { LAB_PAGES } from './lab-pages.ts'
import { LOGIN_PAGES } from './login-pages.ts'
import type { Code, Page } from './page.ts'
import { PROOF_PAGES } from './proof-pages.ts'
import { PULL_PAGES } from './pull-pages.ts'
import { RUN_PAGES } from './run-pages.ts'
import { WARNING_PAGES } from './warning-pages.ts'

/** The page of every code. */
export const PAGES: Readonly<Record<Code, Page>> = {
  ...COMMAND_PAGES,
  ...CLUSTER_PAGES,
  ...INVENTORY_FILE_PAGES,
  ...INVENTORY_PAGES,
  ...INPUT_PAGES,
  ...DOWNLOAD_PAGES,
  ...IMAGE_PAGES,
  ...PULL_PAGES,
  ...APT_PAGES,
  ...PROOF_PAGES,
  ...LOGIN_PAGES,
  ...FINDING_PAGES,
  ...FOUNDED_PAGES,
  ...RUN_PAGES,
  ...LAB_PAGES,
  ...WARNING_PAGES,
}

/** Codes with the same outcome, in the order of the exit codes. */
export interface CodeGroup {
  /** Undefined for warnings, which do not end a command. */
  exit: ExitName | undefined
  codes: readonly Code[]
}

/** All codes by their exit code; warnings come last. Exit codes without a code of an error are left out. */
export const GROUPS: readonly CodeGroup[] = [
  ...(Object.keys(EXIT) as ExitName[])
    .map((exit) => ({ exit, codes: codesOf(exit) }))
    .filter(({ codes }) => codes.length > 0),
  { exit: undefined, codes: WARNINGS },
]

function codesOf(exit: ExitName): Code[] {
  if (exit === 'preflight') return Object.keys(FINDINGS) as Code[]
  return Object.entries(ERRORS).flatMap(([code, own]) => (own === exit ? [code as Code] : []))
}

/** The title of a group: "Exit code 5: a host could not be reached, …". */
export function groupTitle({ exit }: CodeGroup): string {
  return exit ? `Exit code ${EXIT[exit].code}: ${EXIT[exit].meaning}` : 'Warnings: they do not end a command'
}

/** A code with what becomes of the command. */
export function pageTitle(code: Code): string {
  const level = Object.hasOwn(FINDINGS, code) ? FINDINGS[code as FindingId] : undefined
  const group = GROUPS.find(({ codes }) => codes.includes(code))
  if (level === 'warning' || group?.exit === undefined) return `${code} (a warning)`
  const exit = `exit code ${EXIT[group.exit].code}`
  if (level === 'accepted') return `${code} (${exit}, or a warning with --ignore-preflight ${code})`
  return `${code} (${exit})`
}

/** The three paragraphs of a page. */
export function pageText(code: Code): string[] {
  const { means, causes, fix } = PAGES[code]
  return [means, `Usual causes: ${causes}`, `What to do: ${fix}`]
}

/** The code that `text` names, in any case, with - or _. */
export function findCode(text: string): Code | undefined {
  return (Object.keys(PAGES) as Code[]).find((code) => codeKey(code) === codeKey(text))
}

/** The same for all spellings of a code. */
export function codeKey(code: string): string {
  return code.toLowerCase().replaceAll('_', '-')
}
