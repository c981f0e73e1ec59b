import { DISTRIBUTIONS, distributionOf } from '../distribution/distributions.ts'
import type { Finding, Step } from '../engine/step.ts'
import { file } from '../facts/file.ts'
import { leftovers } from '../facts/leftovers.ts'
import { type Owned, owned } from '../facts/owned.ts'
import { system } from '../facts/system.ts'
import { volumes, volumesText } from '../facts/volumes.ts'
import {
  DOCKER_MARK,
  DOCKER_PATHS,
  K3S_DATA,
  K3S_FOLDERS,
  KUBELET_FOLDERS,
  OWNED,
  RANCHER,
  REGISTRY_DATA,
  STATE,
  STORAGE,
} from '../layout.ts'
import { joinSh, rawSh, sh } from '../sh.ts'
import { template } from '../templates.ts'
import { ownsK3s } from './artifacts.ts'
import { foreignRecords, isOwnFile, isOwnFolder, isSourceFile, isWorkFolder } from './own-places.ts'
import { OWN_PATHS, RUN_PATHS, resetHosts } from './reset-places.ts'

/** Removes files and folders, convecthub's record last. */
export const removeFiles: Step = {
  id: 'remove-files',
  title: 'Remove files',
  hosts: resetHosts,
  facts: () => [
    system,
    owned,
    ...DISTRIBUTIONS.flatMap(({ sources, recorded }) => [sources.listed, recorded]),
    file(STATE),
    leftovers(OWN_PATHS),
    volumes,
  ],
  check: (contexts) =>
    contexts.flatMap(({ host, cluster, facts }) => {
      const { files } = facts.get(owned)
      const distribution = distributionOf(facts.get(system))
      const { sources } = distribution
      const needless = sources.unneeded(files, facts)
      const kept = files.filter((path) => isSourceFile(path) && !needless.includes(path))
      const packages = facts.get(distribution.recorded)
      const told = { level: 'warning', host: host.name } as const
      return [
        ...foreignRecords(facts.get(owned), packages, cluster.workdir, distribution).map(
          (message): Finding => ({
            ...told,
            id: FOREIGN_RECORD,
            message,
            hint: `only root can have written it into ${OWNED}: see whether it is needed`,
          }),
        ),
        ...kept.map((path): Finding => ({ ...told, ...sources.keptKey(path) })),
      ]
    }),
  plan: (context) => {
    const { facts, cluster } = context
    const record = facts.get(owned)
    if (!facts.get(file(STATE))) return []
    const data = facts.get(volumes)
    const keeps = !context.deleteData && data.count > 0
    if (keeps && isOnlyData(record)) return []
    const listed = facts.get(leftovers(OWN_PATHS)).paths
    // the audit does not list these folders when only users' data is left in them
    const fixed = data.count > 0 ? [...new Set([...listed, RANCHER, STORAGE])] : listed
    const paths = [
      ...distributionOf(facts.get(system))
        .sources.unneeded(record.files, facts)
        .filter((path) => isOwnFile(path, cluster.workdir) && !isBelow(path, STATE)),
      ...fixed.filter((path) => mayRemove(path, record)),
    ]
    const works = record.works.filter(isWorkFolder)
    const folders = record.folders.filter((path) => isOwnFolder(path, cluster.workdir)).reverse()
    const tops = paths.filter((path) => !paths.some((other) => other !== path && isBelow(path, other)))
    const shown = tops.length > 4 ? [...tops.slice(0, 3), `${tops.length - 3} more`] : tops
    const kept = keeps ? `; keep ${volumesText([data])} in ${STORAGE}` : ''
    const title = `${[...shown, STATE].join(', ')}${kept}`
    return [
      {
        kind: 'run',
        sign: '-',
        title: `remove ${title}`,
        timeoutMs: 600_000,
        script: joinSh([
          rawSh(template('remote/of-k3s.sh') + template('remote/remove-paths.sh')),
          sh`keep_data=${keeps ? STORAGE : ''}`,
          sh`remove_paths ${paths}`,
          ...(works.length > 0 ? [sh`remove_works ${works}`] : []),
          ...(folders.length > 0 ? [sh`remove_empty ${folders}`] : []),
          ...(record.data.length > 0 && !keeps ? [sh`remove_empty ${[STORAGE, K3S_DATA, RANCHER]}`] : []),
          ...(ownsK3s(record) ? [sh`remove_empty ${KUBELET_FOLDERS}`] : []),
          // sockets of K3s's shims, unless the host has a containerd of its own
          sh`command -v containerd >/dev/null || rm -rf /run/containerd
systemctl daemon-reload
rm -rf -- ${[STATE, ...RUN_PATHS]}`,
          ...(keeps
            ? [
                sh`cvh_owned=''
cvh_record data ${STORAGE}`,
              ]
            : []),
        ]),
      },
    ]
  },
}

/** Whether the record lists only users' data, as after a reset that kept it. */
function isOnlyData({ files, folders, packages, works, data }: Owned): boolean {
  return data.length > 0 && [files, folders, packages, works].every((each) => each.length === 0)
}

function mayRemove(path: string, record: Owned): boolean {
  if (DOCKER_PATHS.includes(path)) return record.files.includes(DOCKER_MARK)
  if (path === REGISTRY_DATA) return record.files.some((each) => isBelow(each, path))
  // only the data: somebody else may have installed a K3s here since
  if (path === STORAGE) return record.data.length > 0 && !ownsK3s(record)
  return K3S_FOLDERS.includes(path) && ownsK3s(record)
}

/** The id of warnings about recorded items that convecthub does not remove. */
export const FOREIGN_RECORD = 'record'

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
