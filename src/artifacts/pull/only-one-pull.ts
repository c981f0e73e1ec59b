import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { ConvecthubError } from '../../errors.ts'
import { quote } from '../../sh.ts'
import { makeFolder } from '../make-folder.ts'

/** Who pulls into a folder. */
interface Owner {
  pid: number
  host: string
  /** When the process began, in the words of this system; a process number is given again to others. */
  began: string
  /** ISO 8601. */
  since: string
}

/**
 * Makes sure that no other pull works in `folder`, until the returned function is called. What a killed pull left counts
 * no longer. Error: BUNDLE_BUSY.
 */
export function onlyOnePull(folder: string): () => void {
  makeFolder(dirname(folder))
  makeFolder(folder, 0o700)
  const path = join(folder, 'lock')
  const mine = `${path}.${process.pid}`
  const text = JSON.stringify({
    ...{ pid: process.pid, host: hostname(), began: beginOf(process.pid), since: new Date().toISOString() },
  } satisfies Owner)
  writeFileSync(mine, text)
  try {
    for (;;) {
      // unlike a rename, a link never takes the place of another file
      if (linked(mine, path)) break
      const other = read(path)
      const owner = ownerIn(other)
      if (owner && isAlive(owner)) throw busy(folder, owner)
      takeAway(path, other)
    }
  } finally {
    rmSync(mine, { force: true })
  }
  return () => rmSync(path, { force: true })
}

function linked(mine: string, path: string): boolean {
  try {
    linkSync(mine, path)
    return true
  } catch (error) {
    if (Object(error).code === 'EEXIST') return false
    throw error
  }
}

/** Removes the lock of a process that has ended, unless somebody else has made one in its place meanwhile. */
function takeAway(path: string, text: string | undefined): void {
  const old = `${path}.${process.pid}.old`
  try {
    renameSync(path, old)
  } catch (error) {
    if (Object(error).code !== 'ENOENT') throw error
    return
  }
  if (read(old) !== text) linked(old, path)
  rmSync(old)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (Object(error).code !== 'ENOENT') throw error
    return undefined
  }
}

function ownerIn(text: string | undefined): Owner | undefined {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

/** A process of another computer, whose folder this is as well, cannot be asked: it counts as alive. */
function isAlive({ pid, host, began }: Owner): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (Object(error).code === 'ESRCH') return false
  }
  return beginOf(pid) === began
}

/** Field 22 of proc_pid_stat(5) and the id of this boot; empty where there is no /proc. */
function beginOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [, , , , , , , , , , , , , , , , , , , start] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return `${start} ${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`
  } catch {
    return ''
  }
}

function busy(folder: string, { pid, host, since }: Owner): ConvecthubError {
  const where = host === hostname() ? '' : ` on ${host}`
  return new ConvecthubError(
    'BUNDLE_BUSY',
    `another pull or unpack works in this folder: process ${pid}${where}, since ${since}`,
    {
      hint:
        where === ''
          ? `wait for it, or end it: kill ${pid}`
          : `wait for it; if it has ended there: rm ${quote(join(folder, 'lock'))}`,
    },
  )
}
