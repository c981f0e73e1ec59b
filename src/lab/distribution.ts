import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../artifacts/run-command.ts'
import { type AptSource, parseAptSources } from '../facts/apt-sources.ts'
import { distributionSources } from './apt-sources.ts'
import { readOr } from './read-or.ts'

/** The Debian or Ubuntu that this machine runs. */
export interface Distribution {
  /** Such as `bookworm`. */
  codename: string
  /** Debian's name of the architecture, such as `amd64`. */
  arch: string
  sources: AptSource[]
  /** apt settings that lab machines need for the same sources: proxies, and the date checks for a frozen mirror. */
  aptConf: string
}

/** Reads this machine's distribution. Undefined when there is no apt. */
export async function readDistribution(): Promise<Distribution | undefined> {
  const arch = await runCommand('dpkg', ['--print-architecture'])
  const codename = /^VERSION_CODENAME=["']?(\w+)/m.exec(readOr('/etc/os-release'))?.[1]
  if (arch.code !== 0 || codename === undefined) return undefined
  const dump = await runCommand('apt-config', ['dump'])
  return {
    codename,
    arch: arch.stdout.trim(),
    sources: distributionSources(readSources(), codename),
    aptConf: dump.stdout
      .split('\n')
      .filter((line) => /^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date)\b.*"[^"]+";$/i.test(line))
      .map((line) => `${line}\n`)
      .join(''),
  }
}

function readSources(): AptSource[] {
  const folder = '/etc/apt/sources.list.d'
  const files = ['/etc/apt/sources.list', ...listOr(folder).map((name) => join(folder, name))]
  return files
    .filter((file) => /\.(list|sources)$/.test(file))
    .flatMap((file) => parseAptSources(file, readOr(file)))
}

function listOr(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}
