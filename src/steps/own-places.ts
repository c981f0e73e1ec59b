import { REGISTRY_PORT } from '../cluster/k3s-ports.ts'
import type { Distribution } from '../distribution/distribution.ts'
import { DISTRIBUTIONS } from '../distribution/distributions.ts'
import type { Owned } from '../facts/owned.ts'
import type { RecordedPackage } from '../facts/recorded-packages.ts'
import {
  AGENT_DATA,
  DOCKER_CERTS,
  IMAGES,
  INCOMING_IMAGES,
  K3S_CONFIG_FOLDER,
  MANIFESTS,
  NETWORK_LINKS,
  PROGRAM_FOLDER,
  REGISTRY_DATA,
  STATE,
  UNITS,
} from '../layout.ts'

interface Place {
  folder: string
  name: RegExp
}

/** A file name as allowed in bundles (see bundle-lock.ts), with a leading dot while it is being uploaded. */
const NAME = /^\.?[\w+@-][\w.+@-]*$/

const SOURCE_PLACES = DISTRIBUTIONS.flatMap(({ sources }) => sources.places)

/** Every folder where any version of convecthub may have put files, and the names of those files. */
const PLACES: readonly Place[] = [
  {
    folder: PROGRAM_FOLDER,
    name: /^(k3s(\.next)?|\.k3s(\.next)?\.part|(\.convecthub-registry\.part|convecthub-registry))$/,
  },
  { folder: K3S_CONFIG_FOLDER, name: /^(config\.yaml|(agent-)?token|registries\.yaml|registry-ca\.crt)$/ },
  { folder: UNITS, name: /^(k3s(-agent)?|convecthub-registry)\.service(\.env)?$/ },
  { folder: NETWORK_LINKS, name: /^50-flannel\.link$/ },
  ...SOURCE_PLACES,
  { folder: MANIFESTS, name: /^convecthub-[a-z]+\.yaml$/ },
  { folder: AGENT_DATA, name: /^\.[\w.+@-]+\.part$/ },
  { folder: IMAGES, name: NAME },
  { folder: INCOMING_IMAGES, name: NAME },
]

/** Whether convecthub may have created this file, on a host whose convect_workdir is `workdir`. */
export function isOwnFile(path: string, workdir: string): boolean {
  return isBelowOwn(path) || DOCKER_AUTHORITY.test(path) || places(workdir).some((place) => isIn(place, path))
}

function isIn({ folder, name }: Place, path: string): boolean {
  const at = path.lastIndexOf('/')
  return path.slice(0, at) === folder && name.test(path.slice(at + 1))
}

/** Whether convecthub may have created this folder, to put one of its files in it or below it. */
export function isOwnFolder(path: string, workdir: string): boolean {
  const folders = [STATE, REGISTRY_DATA, DOCKER_CERTS, ...places(workdir).map(({ folder }) => folder)]
  return (
    isBelowOwn(path) ||
    DOCKER_AUTHORITY.test(`${path}/ca.crt`) ||
    folders.some((folder) => folder === path || folder.startsWith(`${path}/`))
  )
}

/** Whether convecthub may have created this file for a package source. */
export function isSourceFile(path: string): boolean {
  return SOURCE_PLACES.some((place) => isIn(place, path))
}

function isBelowOwn(path: string): boolean {
  return [STATE, REGISTRY_DATA].some((folder) => path.startsWith(`${folder}/`)) && !path.includes('..')
}

/** The authority of the image registry for Docker, in a folder named after the registry's address. */
const DOCKER_AUTHORITY = new RegExp(`^${DOCKER_CERTS}/\\d+(\\.\\d+){3}:${REGISTRY_PORT}/ca\\.crt$`)

/** Whether the folder's name is one that cvh_work gives to work folders. */
export function isWorkFolder(path: string): boolean {
  return /^(\/(?!\.\.?\/)[\w.-]+)*\/convecthub-[A-Za-z0-9]{10}$/.test(path)
}

/** Recorded items that convecthub cannot have installed and so does not remove, as sentences for users. */
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

/** PLACES, and those of earlier versions' charts: in convect_workdir itself, by default /var/tmp/convecthub. */
function places(workdir: string): readonly Place[] {
  const charts = [workdir, '/var/tmp/convecthub'].map((folder) => ({
    folder,
    name: /^\.?[\w.+@-]+\.tgz(\.part)?$/,
  }))
  return [...PLACES, ...charts]
}
