import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConvecthubError } from '../../errors.ts'
import { runCommand } from '../run-command.ts'
import type { AptLine } from './releases.ts'

/** An apt of its own on this computer: for another release and architecture, with its own sources and status of dpkg. */
export interface AptRoot {
  folder: string
  /** Runs `apt-get`, `apt-cache` or `sh` and returns what it prints. Error: APT_FAILED, with what apt says. */
  run(program: string, args: readonly string[], timeoutMs?: number): Promise<string>
}

export interface AptSettings {
  /** A folder that is empty and whose path has no blanks, for apt is told of files in it by lists of words. */
  folder: string
  architecture: string
  sources: readonly (AptLine & { keyring: string })[]
  /** Where packages are kept, and their lists; what an earlier run fetched there is not fetched again. */
  archives: string
  lists: string
  /** Lines of apt.conf(5) that count for us as well, see keptSettings(). */
  kept: readonly string[]
  /** A file with certificates of authorities that are trusted for https. */
  ca?: string
  /** Versions to choose even where newer ones are offered. */
  pins: readonly { name: string; version: string }[]
}

/** Settings of this computer's apt: its proxies, and that its mirror is of an earlier day. */
const KEPT =
  /^Acquire::(https?::(Proxy|ProxyAutoDetect|Proxy-Auto-Detect)|Check-Valid-Until|Check-Date)\b.*"[^"]+";$/i

/** What apt does, by its command. */
const ACTS: Readonly<Record<string, string>> = {
  update: 'read the package sources',
  install: 'find and fetch the packages',
}

/** The lines of apt that say why it failed. */
const SAYS = /^(Err:|E: |W: )|took too long|^ \S+ : \S| {2}\d{3} /

/** The settings of this computer's own apt that count for us as well. Error: APT_TOOLS when it has no apt. */
export async function keptSettings(): Promise<readonly string[]> {
  const { code, stdout } = await runCommand('apt-config', ['dump'])
  if (code === 127) throw noApt()
  return stdout.split('\n').filter((line) => KEPT.test(line))
}

/** Sets up an apt of its own. */
export function makeAptRoot(settings: AptSettings): AptRoot {
  const { folder } = settings
  for (const path of ['etc/apt/apt.conf.d', 'etc/apt/preferences.d', 'var/lib/apt', 'var/cache/apt'])
    mkdirSync(join(folder, path), { recursive: true })
  const kept = { 'var/cache/apt/archives': settings.archives, 'var/lib/apt/lists': settings.lists }
  for (const [path, place] of Object.entries(kept)) {
    mkdirSync(join(place, 'partial'), { recursive: true })
    symlinkSync(place, join(folder, path))
  }
  const write = (path: string, lines: readonly string[]) =>
    writeFileSync(join(folder, path), lines.map((line) => `${line}\n`).join(''))
  write('apt.conf', [...settings.kept, ...configuration(settings)])
  write('etc/apt/sources.list', settings.sources.map(sourceLine))
  write(
    'etc/apt/preferences',
    settings.pins.map(
      ({ name, version }) => `Package: ${name}\nPin: version ${version}\nPin-Priority: 1001\n`,
    ),
  )
  write('status', [])
  const env = {
    ...process.env,
    APT_CONFIG: join(folder, 'apt.conf'),
    LC_ALL: 'C',
    DEBIAN_FRONTEND: 'noninteractive',
  }
  return {
    folder,
    async run(program, args, timeoutMs = 120_000) {
      const { code, stdout, stderr } = await runCommand(program, args, { env, timeoutMs })
      if (code === 127) throw noApt()
      // an apt before 2.1 only warns about a source that it cannot read
      if (code === 0 && !/^(Err:|W: Failed to fetch)/m.test(`${stdout}\n${stderr}`)) return stdout
      throw new ConvecthubError('APT_FAILED', `apt could not ${ACTS[args[0] ?? ''] ?? 'answer'}`, {
        evidence: `${stdout}\n${stderr}`
          .split('\n')
          .filter((line) => SAYS.test(line))
          .join('\n'),
        hint: 'correct what the lines above name: an address (`mirror`, `sources`, `mirrors`) or a package in bundle.yaml, or the proxy of this computer',
      })
    },
  }
}

const noApt = () =>
  new ConvecthubError(
    'APT_TOOLS',
    'there is no apt-get on this computer, which finds and fetches the packages',
    {
      hint: 'run the same command on a computer with Debian or Ubuntu, of any release; a container will do',
    },
  )

function configuration({ folder, architecture, ca }: AptSettings): string[] {
  return [
    `Dir "${folder}";`,
    `Dir::State::status "${folder}/status";`,
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    'APT::Install-Recommends "false";',
    // the same answer on every computer
    'APT::Get::Always-Include-Phased-Updates "true";',
    // the folders are the caller's own, which the user _apt could not enter
    'APT::Sandbox::User "root";',
    'APT::Update::Error-Mode "any";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
    'Acquire::AllowInsecureRepositories "false";',
    'Acquire::AllowWeakRepositories "false";',
    'Acquire::AllowDowngradeToInsecureRepositories "false";',
    ...(ca === undefined ? [] : [`Acquire::https::CaInfo "${ca}";`]),
  ]
}

function sourceLine({ uri, suite, components, keyring }: AptSettings['sources'][number]): string {
  return ['deb', `[signed-by=${keyring}]`, uri, suite, ...components].join(' ')
}
