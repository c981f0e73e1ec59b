import { AsyncLocalStorage } from 'node:async_hooks'

const place = new AsyncLocalStorage<string>()
const python = new AsyncLocalStorage<Python>()

/** Does `work` with all that convecthub would keep in /run and /var/lib of this machine in a folder instead. */
export function inFolder<T>(folder: string, work: () => T): T {
  return place.run(folder, work)
}

/** What becomes of Python on a host: the words of shell that are to find or to start it, and others in their place. */
const PYTHONS = {
  missing: ['command -v python3', 'false'],
  broken: ['python3 -B', 'false'],
  there: ['', ''],
} as const
export type Python = keyof typeof PYTHONS

/** Does `work` with hosts whose Python is so. */
export function withPython<T>(how: Python, work: () => T): T {
  return python.run(how, work)
}

/** Shell text for the folder that the work around it is in. */
export function moved(text: string): string {
  const folder = place.getStore()
  const [words, others] = PYTHONS[python.getStore() ?? 'there']
  const changed = words ? text.replaceAll(words, others) : text
  if (folder === undefined) return changed
  return changed
    .replaceAll('/var/lib/convecthub', `${folder}/state`)
    .replaceAll('/run/convecthub', `${folder}/run`)
}

type Template = (name: string, values?: Readonly<Record<string, string | number>>) => string

/** For `vi.mock` of src/templates.ts: the session's own program must be moved too, for it holds the lock. */
export async function movedTemplates(original: () => Promise<{ template: Template }>) {
  const { template } = await original()
  return { template: (...args: Parameters<Template>) => moved(template(...args)) }
}
