import { isIpAddress } from '../address.ts'
import { didYouMean } from '../edit-distance.ts'
import type { Host, Setting } from '../inventory.ts'
import { problem } from '../problems.ts'

const PLAIN = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*$/
const BLOCK = /\{\{(.*?)\}\}|\{\{|\{%|\{#/gs

/** Limits for replacing references in one text: their number, and the total length of their texts in characters. */
const LIMITS = { references: 1000, characters: 64 * 1024 }

/**
 * The text of a setting as written, with plain references such as `{{ ip }}` replaced by the host's variables. Numbers
 * also keep their written form (`1.30` stays `1.30`), whereas Ansible would convert them.
 * @throws INVENTORY_TEMPLATE for filters and other expressions, unknown variables, loops, and texts that exceed LIMITS;
 * INVENTORY_NOT_TEXT for a list or a mapping.
 */
export function resolveText(host: Host, setting: Setting): string {
  return resolve(host, setting, [], { references: 0, characters: 0 })
}

function resolve(host: Host, setting: Setting, chain: readonly string[], used: typeof LIMITS): string {
  const text = settingText(setting)
  const wrong = (message: string, hint: string) =>
    problem('INVENTORY_TEMPLATE', message, {
      origin: setting.origin,
      line: setting.secret ? undefined : text,
      hint,
    })
  if (!text.includes('{')) return text
  return text.replaceAll(BLOCK, (_block, inner: string | undefined) => {
    const name = PLAIN.exec(inner ?? '')?.[1]
    // the template itself is not shown: it may be that of a password
    if (name === undefined)
      throw wrong(
        'a template is more than the name of a variable',
        'only {{ name }} is replaced: no filters, no expressions, no dots',
      )
    if (chain.includes(name))
      throw wrong(
        `${[...chain, name].join(' → ')} is a loop of variables`,
        'write the value itself in one of them',
      )
    used.references += 1
    const next = host.vars.get(name)
    const text = builtIn(host, name) ?? (next && resolve(host, next, [...chain, name], used))
    if (text === undefined)
      throw wrong(
        `host ${host.name} has no variable ${name}`,
        didYouMean(name, [...host.vars.keys()]) ?? 'define it, or write the value itself',
      )
    used.characters += text.length
    if (used.references > LIMITS.references || used.characters > LIMITS.characters)
      throw wrong('its variables lead to one another without end', 'write the value itself')
    return text
  })
}

/** The string variables that Ansible sets for every host. The short name of an address is the whole address. */
function builtIn(host: Host, name: string): string | undefined {
  if (name === 'inventory_hostname') return host.name
  if (name !== 'inventory_hostname_short') return undefined
  return isIpAddress(host.name) ? host.name : host.name.split('.')[0]
}

/**
 * The text of a setting as written, with references unresolved. Empty for null.
 * @throws INVENTORY_NOT_TEXT for a list or a mapping.
 */
export function settingText({ value, raw, origin }: Setting): string {
  if (typeof value === 'string') return value
  if (value === null) return ''
  if (raw === undefined || Array.isArray(value))
    throw problem('INVENTORY_NOT_TEXT', 'a text is needed here, not a list or a mapping', {
      origin,
      line: raw,
    })
  return raw
}
