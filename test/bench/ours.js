import { fileURLToPath } from 'node:url'
import { measure } from './measure.js'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

export const PROGRAM = at('../../bin/convecthub.cjs')

/** Stands for a verb with a recipe of the bench. */
export const RECIPE = '../../dist/run-recipe.cjs'

/** Our command line, as a user calls it. */
export function convecthub({ env, folder }, ...args) {
  return measure(process.execPath, [PROGRAM, ...args], { env, cwd: folder })
}

/** A script as a process of its own, by its path from this folder; what it printed last, as JSON, is part of the result. */
export async function script({ env, folder }, name, ...args) {
  const run = await measure(process.execPath, [at(name), ...args], { env, cwd: folder })
  return { ...run, ...JSON.parse(run.stdout.trim().split('\n').at(-1)) }
}
