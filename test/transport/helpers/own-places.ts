import { AsyncLocalStorage } from 'node:async_hooks'

const place = new AsyncLocalStorage<string>()

/** Does `work` with all that convecthub would keep in /run and /var/lib of this machine in a folder instead. */
export function inFolder<T>(folder: string, work: () => T): T {
  return place.run(folder, work)
}

/** Shell text for the folder that the work around it is in. */
export function moved(text: string): string {
  const folder = place.getStore()
  if (folder === undefined) return text
  return text
    .replaceAll('/var/lib/convecthub', `${folder}/state`)
    .replaceAll('/run/convecthub', `${folder}/run`)
}

type Template = (name: string, values?: Readonly<Record<string, string | number>>) => string

/** For `vi.mock` of src/templates.ts: the session's own program must be moved too, for it holds the lock. */
export async function movedTemplates(original: () => Promise<{ template: Template }>) {
  const { template } = await original()
  return { template: (...args: Parameters<Template>) => moved(template(...args)) }
}
