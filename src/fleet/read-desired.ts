import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import type { BundleLock, RequiredImage } from '../artifacts/bundle-lock.ts'
import { type Bundle, type LoadOptions, loadBundle } from '../artifacts/load-bundle.ts'
import { trustedKey } from '../artifacts/signature.ts'
import { ConvecthubError, type Origin } from '../errors.ts'
import type { Warning } from '../inventory/inventory.ts'
import { throwAll } from '../inventory/problems.ts'
import { type HubDoor, hubDoor, type OpenDoor } from '../steps/hub-door.ts'
import { systemReason } from '../system-error.ts'
import { yamlReason } from '../yaml-reason.ts'
import type { CommonOptions } from './common-options.ts'
import { accepted } from './proof-problems.ts'
import { proveBundle } from './prove-bundle.ts'
import type { FleetInput } from './read-fleet.ts'
import { seenMachines } from './seen-machines.ts'

/** What provision wishes for the cluster, besides the inventory. */
export interface ReadDesired {
  desired: {
    bundle: BundleLock
    required: readonly RequiredImage[]
    jhubConfig: string
    upgrade: boolean
  }
  /** Opens a file of the bundle. */
  open: Bundle['open']
  /** The site's own JupyterHub values configure the login. */
  ownDoor: boolean
  warnings: Warning[]
}

/**
 * Reads the bundle and the JupyterHub values, and proves the one for the other and for the machines, before any host is
 * contacted. `progress` hears of the files of the bundle. Errors: OPEN_HUB, and those of readJhubConfig, loadBundle and
 * proveBundle.
 */
export async function readDesired(
  fleet: FleetInput,
  options: CommonOptions,
  progress: Pick<LoadOptions, 'emit' | 'signal'> = {},
): Promise<ReadDesired> {
  const { text: jhubConfig, file, door } = readJhubConfig(fleet)
  const warnings = [
    ...(door.open ? [openHub({ file, ...door.open }, options.insecureHub ?? false)] : []),
    ...(door.own ? [] : sharedAdmins(fleet)),
  ]
  const { bundleKey } = fleet.cluster
  const trusted = bundleKey === undefined ? undefined : trustedKey(bundleKey)
  const bundle = await loadBundle(options.bundle ?? bundleFolder(fleet), { trusted, ...progress })
  const seen = seenMachines(fleet.targets)
  const proof = await proveBundle(bundle, {
    ...fleet,
    jhub: { text: jhubConfig, file },
    // a system may have been upgraded since the last login; its processor stays
    seen: (host) => {
      const { architecture } = seen(host) ?? {}
      return architecture === undefined ? undefined : { architecture }
    },
  })
  const {
    errors,
    warnings: doubts,
    required,
  } = options.ignorePreflight?.includes('bundle') ? accepted(proof) : proof
  throwAll(errors)
  return {
    desired: { bundle: bundle.lock, required, jhubConfig, upgrade: options.upgrade ?? false },
    open: bundle.open,
    ownDoor: door.own,
    warnings: [...warnings, ...doubts],
  }
}

/** Refuses JupyterHub values that let anybody log in. With --insecure-hub that is a warning. Error: OPEN_HUB. */
function openHub(
  { file, line, column, message, hint }: OpenDoor & { file: string },
  wanted: boolean,
): Warning {
  const origin = { file, line, column }
  if (!wanted)
    throw new ConvecthubError('OPEN_HUB', message, {
      origin,
      hint: `${hint}; to let anybody in all the same, call it with --insecure-hub`,
    })
  return { code: 'OPEN_HUB', message, origin, hint }
}

/** A warning of hub_admins with a shared password: every user can then log in as an admin. */
function sharedAdmins({ inventory, cluster }: FleetInput): Warning[] {
  const origin = inventory.hosts.get(cluster.lead.name)?.vars.get('hub_admins')?.origin
  if (!origin || cluster.hubAdmins.length === 0) return []
  const names = cluster.hubAdmins.join(', ')
  return [
    {
      code: 'SHARED_ADMIN',
      message: `whoever knows the hub's one password can log in as ${names}, and is an admin then`,
      origin,
      hint: 'to tell people apart, name an authenticator in jhub_config_path',
    },
  ]
}

/** Where the bundle of an inventory lies, unless --bundle names another folder. */
export function bundleFolder(fleet: Pick<FleetInput, 'inventory'>): string {
  return join(inventoryFolder(fleet), 'shared/bin')
}

/** The folder that relative paths in the inventory refer to: that of its first source. */
export function inventoryFolder({ inventory }: Pick<FleetInput, 'inventory'>): string {
  const [source = '.'] = inventory.sources
  if (!existsSync(source)) return process.cwd()
  return resolve(statSync(source).isDirectory() ? source : dirname(source))
}

/**
 * Reads the file at jhub_config_path, and how users log in with it. Error: JHUB_CONFIG when it is missing, belongs to
 * another user, or is not a YAML mapping.
 */
export function readJhubConfig(fleet: Pick<FleetInput, 'cluster' | 'inventory'>): {
  text: string
  file: string
  door: HubDoor
} {
  const { cluster, inventory } = fleet
  const path = cluster.jhubConfigPath
  if (!path) return { text: '', file: '', door: hubDoor('') }
  const folder = inventoryFolder(fleet)
  const file = resolve(folder, path)
  const setting = inventory.hosts.get(cluster.lead.name)?.vars.get('jhub_config_path')
  const wrong = (cause: unknown, why: string, origin: Origin | undefined) =>
    new ConvecthubError('JHUB_CONFIG', `jhub_config_path: ${path} ${why}`, {
      cause,
      ...(origin && { origin }),
      hint: 'it must be a YAML file with values for the JupyterHub chart, in the folder of the inventory or your own',
    })
  let text: string
  try {
    text = readOwn(file, folder)
  } catch (cause) {
    throw wrong(cause, `cannot be read: ${systemReason(cause)}`, setting?.origin)
  }
  try {
    return { text, file, door: hubDoor(text) }
  } catch (cause) {
    const { message, linePos: [at] = [] }: { message: string; linePos?: { line: number; col: number }[] } =
      Object(cause)
    throw wrong(cause, `is not valid: ${yamlReason(message).reason}`, {
      file,
      ...(at && { line: at.line, column: at.col }),
    })
  }
}

/** The text is sent to the hosts, so an inventory must not be able to leak any file of this computer. */
function readOwn(file: string, folder: string): string {
  const real = realpathSync(file)
  const beside = real.startsWith(`${realpathSync(folder)}${sep}`)
  if (!beside && statSync(real).uid !== process.getuid?.())
    throw new Error(`${real} belongs to another user and is outside the folder of the inventory`)
  return readFileSync(real, 'utf8')
}
