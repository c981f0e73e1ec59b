import { join, resolve, sep } from 'node:path'
import { BUNDLE_LOCK } from '../artifacts/bundle-lock.ts'
import { lockCommand } from '../artifacts/parse-bundle-lock.ts'
import { onlyOnePull } from '../artifacts/pull/only-one-pull.ts'
import { PULL_FOLDER } from '../artifacts/pull/pull-work.ts'
import { copyFrom } from '../artifacts/sources/copy-from.ts'
import { makeHttp } from '../artifacts/sources/make-http.ts'
import { openSource } from '../artifacts/sources/open-source.ts'
import { ConvecthubError } from '../errors.ts'
import { quote } from '../sh.ts'
import type { Result } from '../ui/print-result.ts'
import { count } from '../ui/style.ts'
import { fileEvents, totalOf, unsignedLine } from './bundle-files.ts'
import type { PullWish } from './pull-wish.ts'

/**
 * Copies a whole bundle from a bucket, a web server or a folder. Returns what is there. Errors: those of openSource and
 * copyFrom, BUNDLE_BUSY; USAGE for a folder in the one that is copied.
 */
export async function copyBundle(from: string, { folder, ca, signal, emit }: PullWish): Promise<Result> {
  const source = openSource(from, makeHttp({ signal, ...(ca !== undefined && { ca }) }))
  if (resolve(folder).startsWith(`${source.place}${sep}`))
    throw new ConvecthubError('USAGE', `${folder} lies in ${from}, which is to be copied`, {
      hint: 'name a folder outside of it',
    })
  const release = onlyOnePull(join(folder, PULL_FOLDER))
  try {
    const { files, fetched, lock, unsigned } = await copyFrom(source, folder, { signal, emit })
    const what = lock ? totalOf(lock) : count(files, 'file')
    const how = fetched.length > 0 ? `${count(fetched.length, 'file')} copied` : 'nothing to copy'
    const next = lock ? `convecthub bundle verify ${quote(folder)}` : lockCommand(folder)
    return {
      lines: [
        `${folder}: ${what}; ${how}.`,
        ...(unsigned ? [unsignedLine(folder)] : []),
        ...(lock ? [] : [`There is no ${BUNDLE_LOCK} in ${source.place}: write one.`]),
        `Next: ${next}`,
      ],
      events: lock ? fileEvents(lock) : [],
      exit: 'ok',
    }
  } finally {
    release()
  }
}
