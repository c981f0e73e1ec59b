import type { Distribution } from '../distribution/distribution.ts'
import { DISTRIBUTIONS } from '../distribution/distributions.ts'
import type { Owned } from '../facts/owned.ts'
import type { RecordedPackage } from '../facts/recorded-packages.ts'
import {
  AGENT_DATA,
  IMAGES,
  INCOMING_IMAGES,
  K3S_CONFIG_FOLDER,
  MANIFESTS,
  NETWORK_LINKS,
  PROGRAM_FOLDER,
  STATE,
  UNITS,
} from '../layout.ts'

interface Place {
  folder: string
  name: RegExp
}

/** A name as bundles have them (see bundle-lock.ts), and what it is called while it arrives. */
const NAME = /^\.?[\w+@-][\w.+@-]*$/

const SOURCE_PLACES = DISTRIBUTIONS.flatMap(({ sources }) => sources.places)

/** Every folder in which some version of convecthub can have put a file, and under what names. */
const PLACES: readonly Place[] = [
  { folder: PROGRAM_FOLDER, name: /^(k3s(\.next)?|\.k3s(\.next)?\.part)$/ },
  { folder: K3S_CONFIG_FOLDER, name: /^(config\.yaml|(agent-)?token|registries\.yaml)$/ },
  { folder: UNITS, name: /^k3s(-agent)?\.service(\.env)?$/ },
  { folder: NETWORK_LINKS, name: /^50-flannel\.link$/ },
  ...SOURCE_PLACES,
  { folder: MANIFESTS, name: /^convecthub-[a-z]+\.yaml$/ },
  { folder: AGENT_DATA, name: /^\.[\w.+@-]+\.part$/ },
  { folder: IMAGES, name: NAME },
  { folder: INCOMING_IMAGES, name: NAME },
]

/** Whether convecthub can have made this file, on a host whose convect_workdir is `workdir`. */
export function isOwnFile(path: string, workdir: string): boolean {
  if (path.startsWith(`${STATE}/`)) return isBelowState(path)
  return places(workdir).some((place) => isIn(place, path))
}

function isIn({ folder, name }: Place, path: string): boolean {
  const at = path.lastIndexOf('/')
  return path.slice(0, at) === folder && name.test(path.slice(at + 1))
}

/** Whether convecthub can have made this folder on the way to one of its files. */
export function isOwnFolder(path: string, workdir: string): boolean {
  const folders = [STATE, ...places(workdir).map(({ folder }) => folder)]
  return isBelowState(path) || folders.some((folder) => folder === path || folder.startsWith(`${path}/`))
}

/** Whether convecthub can have made this file for a source of packages. */
export function isSourceFile(path: string): boolean {
  return SOURCE_PLACES.some((place) => isIn(place, path))
}

function isBelowState(path: string): boolean {
  return path.startsWith(`${STATE}/`) && !path.includes('..')
}

/** Whether this is a work folder by the name that cvh_work gives. */
export function isWorkFolder(path: string): boolean {
  return /^(\/(?!\.\.?\/)[\w.-]+)*\/convecthub-[A-Za-z0-9]{10}$/.test(path)
}

/** What is recorded on a host and cannot be convecthub's to remove, as sentences for people. */
export function foreignRecords(
  record: Owned,
  packages: readonly RecordedPackage[],
  workdir: string,
  { isOwn }: Distribution,
): readonly string[] {
  const paths = [
    ...record.files.filter((path) => !isOwnFile(path, workdir)),
    ...record.folders.filter((path) => !isOwnFolder(path, workdir)),
    ...record.works.filter((path) => !isWorkFolder(path)),
  ]
  return [
    ...paths.map(
      (path) => `${path} is in convecthub's record, but no file or folder of convecthub's; it is kept`,
    ),
    ...packages
      .filter((each) => !isOwn(each))
      .map(({ name }) => `${name} is in convecthub's record, but was installed by somebody else; it is kept`),
  ]
}

/** Earlier versions put the chart into convect_workdir itself, which was /var/tmp/convecthub by default. */
function places(workdir: string): readonly Place[] {
  const charts = [workdir, '/var/tmp/convecthub'].map((folder) => ({
    folder,
    name: /^\.?[\w.+@-]+\.tgz(\.part)?$/,
  }))
  return [...PLACES, ...charts]
}
