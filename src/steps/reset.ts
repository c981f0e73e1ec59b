import type { Change } from '../engine/change.ts'
import type { Finding, Step, StepRef, Wishes } from '../engine/step.ts'
import { file } from '../facts/file.ts'
import { leftoverLines, leftovers } from '../facts/leftovers.ts'
import { type Owned, owned } from '../facts/owned.ts'
import { installedPackage } from '../facts/packages.ts'
import { recordedPackages } from '../facts/recorded-packages.ts'
import { unit } from '../facts/unit.ts'
import { joinSh, rawSh, sh } from '../sh.ts'
import { template } from '../templates.ts'
import { ownsK3s } from './artifacts.ts'
import { unitName } from './k3s-unit.ts'
import { foreignRecords, isOwnFile, isOwnFolder, isOwnPackage, isWorkFolder } from './own-places.ts'

/** convecthub's own record and tools; it goes last, so that a reset that was cut knows what is left to do. */
const RECORD = '/var/lib/convecthub'

/** Where jobs are while they run, and the lock of who is at work. */
const RUN = ['/run/convecthub', '/run/convecthub.lock']

/** What K3s makes by itself on a host where convecthub put it (K3s's own uninstall script, and what that forgets). */
const K3S_PATHS = [
  '/etc/rancher',
  '/var/lib/rancher',
  '/var/lib/kubelet',
  '/var/lib/cni',
  '/run/k3s',
  '/run/flannel',
  '/var/log/pods',
  '/var/log/containers',
  '/tmp/k3s-resolv.conf',
]

/** What Docker makes by itself; only where convecthub installed it. */
const DOCKER_PATHS = [
  '/var/lib/docker',
  '/var/lib/containerd',
  '/etc/docker',
  '/run/docker',
  '/run/docker.sock',
]
const DOCKER_PACKAGES = ['docker-ce', 'docker.io']

const everyHost = ({ cluster }: Wishes) => cluster.hosts
const ownsDocker = ({ packages }: Owned) => packages.some((name) => DOCKER_PACKAGES.includes(name))

/** Workers first, then the drivers that joined, the founder last. */
export const stopK3s: Step = {
  id: 'stop-k3s',
  title: 'Stop K3s',
  hosts: everyHost,
  after: (host, { cluster }) => {
    const before =
      host.role === 'worker'
        ? []
        : host === cluster.lead
          ? cluster.hosts.filter((other) => other !== host)
          : cluster.workers
    return before.map(({ name }): StepRef => ({ step: 'stop-k3s', host: name }))
  },
  facts: (host) => [owned, unit(unitName(host)), leftovers(OWN_PATHS)],
  plan: (context) => {
    const { host, facts } = context
    const name = unitName(host)
    const { active, enabled, loaded } = facts.get(unit(name))
    if (!ownsK3s(facts.get(owned))) return []
    const left = leftoverLines({ ...facts.get(leftovers(OWN_PATHS)), paths: [] })
    const running = (loaded && active !== 'inactive' && active !== 'failed') || enabled
    return [...(running ? [stop(name)] : []), ...(running || left.length > 0 ? [clean(left)] : [])]
  },
}

/** Packages that convecthub installed, and what Docker made where it was one of them. */
export const removePackages: Step = {
  id: 'remove-packages',
  title: 'Remove packages',
  hosts: everyHost,
  facts: () => [owned, recordedPackages, ...DOCKER_PACKAGES.map(installedPackage)],
  plan: ({ facts }) => {
    const record = facts.get(owned)
    const names = facts
      .get(recordedPackages)
      .filter(isOwnPackage)
      .map(({ name }) => name)
    if (names.length === 0) return []
    return [
      ...(ownsDocker(record) ? [stopDocker] : []),
      {
        kind: 'run',
        sign: '-',
        title: `purge ${names.join(', ')}`,
        timeoutMs: 30 * 60_000,
        durable: true,
        script: joinSh([
          sh`set -- ${names}`,
          rawSh(template('remote/apt.sh')),
          rawSh(template('remote/apt-purge.sh')),
          sh`code=$?
[ "$code" = 0 ] || exit "$code"
${ownsDocker(record) ? REMOVE_GROUP : rawSh(':')}
sed -i '/^package /d' ${`${RECORD}/owned`}`,
        ]),
      },
    ]
  },
}

/** Files and folders, convecthub's record last. */
export const removeFiles: Step = {
  id: 'remove-files',
  title: 'Remove files',
  hosts: everyHost,
  facts: () => [owned, recordedPackages, file(RECORD), leftovers(OWN_PATHS)],
  check: (contexts) =>
    contexts.flatMap(({ host, cluster, facts }) =>
      foreignRecords(facts.get(owned), facts.get(recordedPackages), cluster.workdir).map(
        (message): Finding => ({
          level: 'warning',
          id: FOREIGN_RECORD,
          host: host.name,
          message,
          hint: `only root can have written it into ${RECORD}/owned: see whether it is needed`,
        }),
      ),
    ),
  plan: (context) => {
    const { facts, cluster } = context
    const record = facts.get(owned)
    if (!facts.get(file(RECORD))) return []
    const fixed = facts.get(leftovers(OWN_PATHS)).paths
    const paths = [
      ...record.files.filter((path) => isOwnFile(path, cluster.workdir) && !isBelow(path, RECORD)),
      ...fixed.filter((path) => mayRemove(path, record)),
    ]
    const works = record.works.filter(isWorkFolder)
    const folders = record.folders.filter((path) => isOwnFolder(path, cluster.workdir)).reverse()
    const all = new Set(paths)
    const tops = paths.filter((path) => !parents(path).some((parent) => all.has(parent)))
    const shown = tops.length > 4 ? [...tops.slice(0, 3), `${tops.length - 3} more`] : tops
    const title = [...shown, RECORD].join(', ')
    return [
      {
        kind: 'run',
        sign: '-',
        title: `remove ${title}`,
        timeoutMs: 600_000,
        script: joinSh([
          rawSh(template('remote/remove-paths.sh')),
          sh`remove_paths ${paths}`,
          ...(works.length > 0 ? [sh`remove_works ${works}`] : []),
          ...(folders.length > 0 ? [sh`remove_empty ${folders}`] : []),
          // the shims' sockets, unless they are those of a containerd that the host has by itself
          sh`command -v containerd >/dev/null || rm -rf /run/containerd
systemctl daemon-reload
rm -rf -- ${[RECORD, ...RUN]}`,
        ]),
      },
    ]
  },
}

/** The folders in which something may be left, for the audit. */
export const OWN_PATHS: readonly string[] = [...K3S_PATHS, ...DOCKER_PATHS]

function mayRemove(path: string, record: Owned): boolean {
  if (DOCKER_PATHS.includes(path)) return record.files.includes(DOCKER_MARK)
  return K3S_PATHS.includes(path) && ownsK3s(record)
}

/** The id of findings of what is recorded on a host and not ours to remove. */
export const FOREIGN_RECORD = 'record'

/** Recorded when our Docker is removed, so that its folders are known as ours after the package is gone. */
const DOCKER_MARK = `${RECORD}/docker`

function stop(name: string): Change {
  return {
    kind: 'run',
    sign: '-',
    title: `stop and disable ${name}`,
    timeoutMs: 120_000,
    // K3s ends with code 1 when it is stopped, which is no failure of the stop
    script: sh`systemctl disable --now ${name}
systemctl reset-failed ${name} 2>/dev/null || :`,
  }
}

function clean(left: readonly string[]): Change {
  const links = left.filter((line) => line.startsWith('link ')).map((line) => line.slice(5))
  return {
    kind: 'run',
    sign: '-',
    title: `end pods and K3s's processes; remove mounts, links${links.length > 0 ? ` (${links.slice(0, 2).join(', ')})` : ''} and iptables rules`,
    timeoutMs: 180_000,
    script: joinSh([
      rawSh('set +e'),
      rawSh(template('remote/of-k3s.sh')),
      rawSh(template('remote/traces.sh')),
      rawSh(template('remote/remove-traces.sh')),
    ]),
  }
}

/** The package leaves its group behind; one that people were put into is theirs. */
const REMOVE_GROUP = sh`case $(getent group docker) in *:) groupdel docker ;; esac`

const stopDocker: Change = {
  kind: 'run',
  sign: '-',
  title: 'stop Docker, remove its link and rules',
  timeoutMs: 120_000,
  script: sh`cvh_record file ${DOCKER_MARK}
systemctl disable --now docker.socket docker.service containerd.service 2>/dev/null || :
ip link delete docker0 2>/dev/null || :
for command in iptables ip6tables; do
  command -v "$command-save" >/dev/null || continue
  "$command-save" | grep -v DOCKER-USER | grep -vE 'DOCKER(-ISOLATION-STAGE-[12]|-FORWARD|-BRIDGE|-CT|-INTERNAL)?( |$)' | grep -v docker0 | "$command-restore"
done`,
}

/** The folders that hold a path, the outer ones last. */
function parents(path: string): string[] {
  const found: string[] = []
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
    found.push(path.slice(0, at))
  return found
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
