import type { KeyObject } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { BUNDLE_LOCK, type BundleLock, type RequiredImage } from '../artifacts/bundle-lock.ts'
import { loadBundle } from '../artifacts/load-bundle.ts'
import { imageFinder } from '../artifacts/proof/missing-images.ts'
import { trustedKey } from '../artifacts/signature.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { checkFleet } from '../fleet/check-fleet.ts'
import type { BundleProof } from '../fleet/proof-problems.ts'
import { type ProvenFor, proveAlone, proveBundle } from '../fleet/prove-bundle.ts'
import { bundleFolder, readJhubConfig } from '../fleet/read-desired.ts'
import type { FleetInput } from '../fleet/read-fleet.ts'
import { type InventoryOptions, readInventory } from '../fleet/read-inventory.ts'
import { type SeenMachine, seenMachines } from '../fleet/seen-machines.ts'
import { throwAll } from '../inventory/problems.ts'
import { oneLine } from '../printable.ts'
import { quote } from '../sh.ts'
import type { VerbEvent } from '../ui/conclusion.ts'
import { errorJson } from '../ui/error-json.ts'
import { formatError, formatWarning, layoutFor } from '../ui/format-error.ts'
import { hostNames } from '../ui/host-names.ts'
import { printResult } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { bytes, columns, count, style } from '../ui/style.ts'
import { warn } from '../ui/warn.ts'
import { fileEvents, totalOf } from './bundle-files.ts'
import type { VerbResult } from './verb.ts'
import { withProgress } from './with-progress.ts'

/** What a bundle is proven for, with what is known of each machine. */
type Site = Omit<ProvenFor, 'seen'> &
  Pick<FleetInput, 'inventory'> & { seen(host: string): SeenMachine | undefined }

/**
 * `bundle verify`: checks every file of a bundle against its lock, then whether it holds all that the machines of an
 * inventory will ask for. Contacts no machine. Ends with the verdict.
 */
export async function bundleVerifyVerb(
  folder: string | undefined,
  options: InventoryOptions & { trust?: string; output?: OutputMode },
): VerbResult {
  const site = folder === undefined || options.inventory ? await readSite(options) : undefined
  const { bundleKey } = site?.cluster ?? {}
  const asked = bundleKey === undefined ? undefined : trustedKey(bundleKey)
  const trusted = options.trust === undefined ? asked : keyOf(options.trust)
  const place = folder ?? bundleFolder(site as Site)
  const bundle = await withProgress(
    options,
    { stopped: () => 'Stopped before every file was checked.' },
    async (progress) => loadBundle(place, { anew: true, trusted, ...progress }),
  )
  const proof = await (site ? proveBundle(bundle, site) : proveAlone(bundle))
  const lines = [
    ...fileLines(bundle.lock),
    ...(site ? ['', ...machineLines(site), ...imageLines(proof.required)] : []),
    ...problemLines(proof),
    ...verdict(proof, site?.cluster, place),
  ]
  const exit = proof.errors[0]?.exit ?? 'ok'
  return printResult('bundle verify', { lines, events: eventsOf(bundle.lock, proof), exit }, options)
}

/** The key that --trust names: itself, or that of its file. Error: USAGE. */
function keyOf(trust: string): KeyObject {
  const isFile = statSync(trust, { throwIfNoEntry: false })?.isFile() === true
  // the text of a file is not shown: it may be a private key
  return isFile ? trustedKey(readFileSync(trust, 'utf8'), trust) : trustedKey(trust)
}

/** Reads the inventory as `provision` does, but for what only a login needs. */
async function readSite(options: InventoryOptions): Promise<Site> {
  const input = await readInventory(options, warn)
  const { cluster, targets, errors, unfit } = checkFleet(input, {})
  throwAll([...errors, ...unfit])
  const fleet = { inventory: input.inventory, cluster: cluster as Cluster }
  return { ...fleet, jhub: readJhubConfig(fleet), seen: seenMachines(targets) }
}

function fileLines(lock: BundleLock): string[] {
  const rows = lock.files.map(({ name, kind, architecture, version, size }) => [
    name,
    kind,
    architecture,
    oneLine(version ?? ''),
    bytes(size),
  ])
  return [oneLine(lock.description), ...columns(rows), `${totalOf(lock)}: all as ${BUNDLE_LOCK} says.`]
}

/** What is known of the machines: hosts of one kind in one line. */
function machineLines({ cluster, seen }: Site): string[] {
  const kinds = new Map<string, string[]>()
  for (const { name } of cluster.hosts) {
    const machine = seen(name)
    const kind = machine
      ? oneLine(
          `${machine.architecture}, ${machine.os.id} ${machine.os.version}, seen ${machine.at.slice(0, 10)}`,
        )
      : 'not known before a login: convecthub ping'
    kinds.set(kind, [...(kinds.get(kind) ?? []), name])
  }
  return columns([...kinds].map(([kind, hosts]) => [hostNames(hosts), kind]))
}

/** How many images each one asks for. */
function imageLines(required: readonly RequiredImage[]): string[] {
  const askers = new Map<string, number>()
  for (const { by } of required) askers.set(by, (askers.get(by) ?? 0) + 1)
  return columns([...askers].map(([by, images]) => [oneLine(by), count(images, 'image')]))
}

function problemLines({ errors, warnings }: BundleProof): string[] {
  const paint = style(process.stdout, true)
  const layout = layoutFor(process.stdout)
  return [
    ...errors.map((error) => formatError(error, paint, layout)),
    ...warnings.map((warning) => formatWarning(warning, paint, layout)),
  ]
}

function verdict({ errors, warnings }: BundleProof, cluster: Cluster | undefined, folder: string): string[] {
  const told = [
    ...(errors.length > 0 ? [count(errors.length, 'error')] : []),
    ...(warnings.length > 0 ? [count(warnings.length, 'warning')] : []),
  ].join(', ')
  if (!cluster) {
    const next = `Next: convecthub bundle verify ${quote(folder)} -i INVENTORY`
    return errors.length > 0 ? [`${told}.`] : [...(told ? [`${told}.`] : []), next]
  }
  const whom = `${cluster.name} (${count(cluster.hosts.length, 'machine')})`
  if (errors.length > 0) return [`${told}: the bundle is not complete for ${whom}.`]
  const sure = warnings.every(({ code }) => code !== 'BUNDLE_UNKNOWN')
  return [`The bundle is complete for ${whom}${sure ? '' : ', as far as can be told'}${told && `: ${told}`}.`]
}

function eventsOf(lock: BundleLock, { required, errors, warnings }: BundleProof): VerbEvent[] {
  const held = imageFinder(lock)
  return [
    ...fileEvents(lock),
    ...required.map((image) => {
      const there = held(image.name)
      return { event: 'image' as const, ...image, ...(there !== undefined && { held: there }) }
    }),
    ...errors.map((error) => ({ event: 'error' as const, ...errorJson(error) })),
    ...warnings.map((warning) => ({ event: 'warning' as const, ...warning })),
  ]
}
