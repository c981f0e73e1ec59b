import type { z } from 'zod'
import { ConvecthubError, type Origin } from '../errors.ts'
import type { Host, Setting } from '../inventory/inventory.ts'
import { isSecretName } from '../inventory/mask-secrets.ts'
import { quotable } from '../inventory/problems.ts'
import { resolveText } from '../inventory/vars/resolve-text.ts'
import { clusterProblem } from './cluster-problem.ts'
import { HINTS, LIST_VARIABLES } from './variables.ts'

/**
 * Checks a host's variables against a schema. Each value is the text as written, with `{{ other }}` filled in. `place` is
 * where a variable that is missing should stand. Errors: BAD_VALUE, and those of resolveText.
 */
export function readSettings<S extends z.ZodObject>(
  schema: S,
  host: Host,
  errors: ConvecthubError[],
  place?: Origin,
): z.infer<S> | undefined {
  const texts: Record<string, string> = {}
  let unresolved = false
  for (const name of Object.keys(schema.shape)) {
    const setting = host.vars.get(name)
    if (setting === undefined || setting.value === null) continue
    try {
      texts[name] = textsOf(name, setting)
        .map((each) => resolveText(host, each))
        .join(',')
    } catch (error) {
      if (!(error instanceof ConvecthubError)) throw error
      errors.push(error)
      unresolved = true
    }
  }
  const parsed = schema.safeParse(texts)
  if (parsed.success) return unresolved ? undefined : parsed.data
  for (const { path, message } of parsed.error.issues) {
    // only a key of the schema can be wrong: other variables are not passed to it
    const name = String(path[0]) as keyof typeof HINTS
    const setting = host.vars.get(name)
    if (setting && !(name in texts) && setting.value !== null) continue
    errors.push(setting ? badValue(host, name, setting, message) : missing(host, name, message, place))
  }
  return undefined
}

/** Splits a list variable into its items, so that a list and a text with commas mean the same. */
export function textsOf(name: string, setting: Setting): Setting[] {
  if (!LIST_VARIABLES.includes(name) || !Array.isArray(setting.value)) return [setting]
  return setting.value.map((value) => ({
    ...setting,
    value,
    raw: typeof value === 'object' ? undefined : String(value),
  }))
}

function badValue(host: Host, name: keyof typeof HINTS, setting: Setting, message: string): ConvecthubError {
  const text = setting.raw ?? String(setting.value)
  const shown = setting.secret || isSecretName(name) ? '' : `=${quotable(text)}`
  const hint = HINTS[name]
  const { origin } = setting
  return text === ''
    ? clusterProblem('BAD_VALUE', `${name} is empty`, origin, `${hint}; or take the line out`, host.name)
    : clusterProblem('BAD_VALUE', `${name}${shown}: ${message}`, origin, hint, host.name)
}

function missing(
  host: Host,
  name: keyof typeof HINTS,
  message: string,
  place: Origin | undefined,
): ConvecthubError {
  const hint = `set ${name} under [all:vars]; ${HINTS[name]}`
  return clusterProblem('BAD_VALUE', `${name}: ${message}`, place ?? host.origin, hint)
}
