import { digest } from '../digest.ts'
import type { PackageName } from '../engine/change.ts'
import { file } from '../facts/file.ts'
import { PACKAGES, PACKAGES_APT, PACKAGES_ARCHIVE, PACKAGES_MARK, PACKAGES_PART } from '../layout.ts'
import { joinSh, rawSh, type Script, sh } from '../sh.ts'
import { template } from '../templates.ts'
import type { BundledPackage, BundledPackages, PackagesArchive } from './bundled-packages.ts'
import { DRIVER_IDS, PACKAGES_BY_NAME } from './debian-packages.ts'

/** apt's names for what it is to install: of `a|b` the first that apt knows. */
export const askedFor = (names: readonly PackageName[]) =>
  names.map((name) => (typeof name === 'string' ? name : name.firstOf.join('|')))

/** Lets all that follows in a script use the bundle's packages, and no other source. */
export const ONLY_BUNDLE: Script = sh`export APT_CONFIG=${PACKAGES_APT}
[ -e "$APT_CONFIG" ] || { echo 'the packages of the bundle are not on this host'; exit 100; }`

/** The bundle's packages for apt: a repository below convecthub's own folder, which apt's own sources do not name. */
export const debianBundle: BundledPackages = {
  needed: ({ id, gpu, kernels }) => [
    ...PACKAGES_BY_NAME.base,
    PACKAGES_BY_NAME.appArmor,
    { firstOf: PACKAGES_BY_NAME.docker },
    // for volumes on NFS servers
    'nfs-common',
    ...kernels.map((kernel) => `linux-headers-${kernel}`),
    ...(gpu ? [PACKAGES_BY_NAME.nvidiaToolkit] : []),
    ...(gpu && DRIVER_IDS.includes(id) ? [newestDriver(kernels)] : []),
  ],
  driver(held, { id, kernel }) {
    if (!DRIVER_IDS.includes(id)) return []
    const number = held.map((name) => DRIVER.exec(name)?.[1]).find((found) => found !== undefined) ?? 'N'
    const signed = signedModules(number, kernel)
    const modules = held.includes(signed) ? [signed] : [builtModules(number), `linux-headers-${kernel}`]
    return [...driverParts(number), ...modules]
  },
  facts: [file(PACKAGES), file(PACKAGES_MARK), file(PACKAGES_ARCHIVE)],
  isThere: ({ sha256 }, facts) => facts.get(file(PACKAGES_MARK))?.digest === digest(`${sha256}\n`),
  add: (archive, names, facts) => [
    ...(facts.get(file(PACKAGES_ARCHIVE))?.digest === archive.sha256 ? [] : [send(archive)]),
    {
      kind: 'run',
      sign: facts.get(file(PACKAGES)) ? '~' : '+',
      title: `${PACKAGES}: unpack the packages${checked(names)}`,
      timeoutMs: 15 * 60_000,
      script: joinSh([
        sh`set -- ${PACKAGES_ARCHIVE} ${archive.sha256} ${askedFor(names)}`,
        rawSh(template('remote/apt.sh') + template('remote/apt-repository.sh')),
      ]),
    },
  ],
  remove: (facts) =>
    facts.get(file(PACKAGES)) || facts.get(file(PACKAGES_ARCHIVE))
      ? [
          {
            kind: 'run',
            sign: '-',
            title: `remove ${PACKAGES}`,
            timeoutMs: 60_000,
            script: sh`rm -rf -- ${PACKAGES} ${PACKAGES_ARCHIVE} ${PACKAGES_PART}
cvh_forget folder ${PACKAGES}
cvh_forget file ${PACKAGES_ARCHIVE}
cvh_forget file ${PACKAGES_PART}`,
          },
        ]
      : [],
}

const checked = (names: readonly PackageName[]) =>
  names.length > 0
    ? `, and check that apt can install ${askedFor(names).join(', ').replaceAll('|', ' or ')}`
    : ''

const send = (artifact: PackagesArchive) =>
  ({
    kind: 'upload',
    sign: '+',
    title: `${PACKAGES_ARCHIVE} (${Math.ceil(artifact.size / 1e6)} MB)`,
    artifact,
    path: PACKAGES_ARCHIVE,
    mode: '600',
  }) as const

const DRIVER = /^nvidia-headless-no-dkms-(\d+)-server$/

/** Ubuntu's driver for servers: the parts that every kernel takes, and modules that Ubuntu has signed for one, or sources. */
const driverParts = (number: string) => [
  `nvidia-headless-no-dkms-${number}-server`,
  `nvidia-utils-${number}-server`,
]
const signedModules = (number: string, kernel: string) => `linux-modules-nvidia-${number}-server-${kernel}`
const builtModules = (number: string) => `nvidia-dkms-${number}-server`

/** The newest driver with signed modules for all the kernels, else the newest that is built on the hosts. */
function newestDriver(kernels: readonly string[]): BundledPackage {
  const signed = [...driverParts('N'), ...kernels.map((kernel) => signedModules('N', kernel))]
  return { firstOf: [...(kernels.length > 0 ? [signed] : []), [...driverParts('N'), builtModules('N')]] }
}
