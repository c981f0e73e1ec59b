import { resolve } from 'node:path'
import { ConvecthubError, ConvecthubErrors } from '../../src/errors.ts'

/** The folder of the cases: inventories with the output of ansible-inventory 2.14.18 next to them. */
export const CASES = resolve(import.meta.dirname, 'cases')

/** Removes white space between the tokens of a JSON text. Numbers and the order of keys stay as written. */
export function squeeze(json: string): string {
  return json.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, '$1')
}

/** The ConvecthubErrors that `run` throws, as `code file:line:column`. Rethrows any other error. */
export function problemsOf(run: () => unknown): string[] {
  try {
    run()
  } catch (error) {
    const errors = error instanceof ConvecthubErrors ? error.errors : [error]
    return errors.map((each) => {
      if (!(each instanceof ConvecthubError)) throw each
      return place(each)
    })
  }
  return []
}

/** An error as `code file:line:column`. */
export function place({ code, details }: ConvecthubError): string {
  const { file, line, column } = details.origin ?? { file: '' }
  return [`${code} ${file}`, line, column].filter((part) => part !== undefined).join(':')
}
