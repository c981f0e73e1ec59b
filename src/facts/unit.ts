import { joinSh, rawSh, sh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** A systemd unit. `inputs` is the value of CONVECTHUB_INPUTS in the environment of its main process. */
export interface UnitState {
  loaded: boolean
  active: string
  enabled: boolean
  inputs: string | undefined
}

/** The environment variable that shows which inputs a running service was started with. */
export const INPUTS = 'CONVECTHUB_INPUTS'

const SCRIPT = `
for unit in $units; do
  printf 'unit %s\\n' "$unit"
  shown=$(systemctl show -p LoadState -p ActiveState -p UnitFileState -p MainPID "$unit")
  printf '%s\\n' "$shown"
  pid=$(printf '%s\\n' "$shown" | sed -n 's/^MainPID=//p')
  [ "\${pid:-0}" = 0 ] || tr '\\000\\n' '\\n ' <"/proc/$pid/environ" | grep '^${INPUTS}=' | head -n 1
done`

const family: FactFamily<UnitState> = {
  id: 'unit',
  script: (keys) => joinSh([sh`units=${keys.join(' ')}`, rawSh(SCRIPT)]),
  parse: (output, keys) => {
    const sections = new Map(
      `\n${output}`
        .split('\nunit ')
        .slice(1)
        .map((s) => [s.slice(0, s.search(/\n|$/)), s]),
    )
    return new Map(keys.map((key) => [key, parseUnit(sections.get(key) ?? '')]))
  },
}

export function unit(name: string): Fact<UnitState> {
  return { family, key: name }
}

function parseUnit(section: string): UnitState {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(section)?.[1]
  return {
    loaded: value('LoadState') === 'loaded',
    active: value('ActiveState') ?? 'unknown',
    enabled: value('UnitFileState') === 'enabled',
    inputs: value(INPUTS),
  }
}
