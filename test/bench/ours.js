import { fileURLToPath } from 'node:url'
import { measure } from './measure.js'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

export const PROGRAM = at('../../bin/convecthub.cjs')

/** Acts like a verb, with a recipe of the benchmark. */
export const RECIPE = '../../dist/run-recipe.cjs'

/** Runs convecthub as a user would. */
export function convecthub({ env, folder }, ...args) {
  return measure(process.execPath, [PROGRAM, ...args], { env, cwd: folder })
}

/** Runs a script of this folder as a process. Adds its last line of output, which is JSON, to the result. */
export async function script({ env, folder }, name, ...args) {
  const run = await measure(process.execPath, [at(name), ...args], { env, cwd: folder })
  return { ...run, ...JSON.parse(run.stdout.trim().split('\n').at(-1)) }
}
