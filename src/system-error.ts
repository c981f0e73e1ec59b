import { getSystemErrorMap } from 'node:util'

/** Words for the errors whose usual text says too little about a file. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder, not a file',
  EPERM: 'not permitted',
}

/**
 * Why a call of the operating system failed, in its own words ("permission denied") and without those of node ("EACCES:
 * permission denied, open '…'"). For other errors, the first line of their message.
 */
export function systemReason(error: unknown): string {
  const { code, message = '' }: { code?: unknown; message?: string } = Object(error)
  const usual = [...getSystemErrorMap().values()].find(([name]) => name === code)?.[1]
  return WORDS[String(code)] ?? usual ?? message.split('\n')[0] ?? ''
}
