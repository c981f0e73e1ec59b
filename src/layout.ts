/**
 * Every path on a host that convecthub knows. Static shell in templates/ writes them out where it reads better so;
 * test/structure holds that nobody else does.
 */

/** convecthub's record of what it put on a host, and its own tools. */
export const STATE = '/var/lib/convecthub'

/** What convecthub put on a host, a line each; see cvh_record in templates/remote/library.sh. */
export const OWNED = `${STATE}/owned`

/** The digests of big files; see cvh_keep_digest in templates/remote/library.sh. */
export const DIGESTS = `${STATE}/digests`

/** Recorded when our Docker is removed, so that its folders are known as ours after the package is gone. */
export const DOCKER_MARK = `${STATE}/docker`

/** Where a key for apt waits until it is known which one it is. */
export const INCOMING_KEYS = `${STATE}/keys`

/** Which snapshot of etcd an upgrade took; see k3sSnapshot. */
export const SNAPSHOT_NOTE = `${STATE}/snapshot`

/** Leads to a folder for root alone, where convect_workdir wants it; see cvh_work in templates/remote/library.sh. */
export const WORK = `${STATE}/workdir`

export const HELM = `${STATE}/bin/helm`

/** Values for the hub's chart: ours, and the site's. */
export const HUB_DEFAULTS = `${STATE}/jupyterhub/defaults.yaml`
export const HUB_VALUES = `${STATE}/jupyterhub/values.yaml`

/** Values for the chart, with the one password of all who log in: the last ones that Helm is handed. */
export const HUB_PASSWORD = `${STATE}/jupyterhub/password.yaml`

/** By which text of HUB_PASSWORD the hub was last deployed from this driver: a passwordMark. */
export const APPLIED_PASSWORD = `${STATE}/jupyterhub/password.applied`

/** Where the files are kept that a unit ran with until now. */
export function keptFolder(unit: string): string {
  return `${STATE}/kept-${unit}`
}

/** Jobs while they run; it goes with the next boot. */
export const RUN = '/run/convecthub'

/** The lock of who is at work; templates/remote/session.sh takes it. */
export const LOCK = `${RUN}.lock`

/** Where the session's program finds programs. */
const PROGRAMS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Places that the session's program uses before anything else runs; a test has them somewhere else. */
export interface SessionPlaces {
  state: string
  run: string
  programs: string
}

export const SESSION_PLACES: SessionPlaces = { state: STATE, run: RUN, programs: PROGRAMS }

/** Where programs of ours are for everybody. */
export const PROGRAM_FOLDER = '/usr/local/bin'
export const K3S = `${PROGRAM_FOLDER}/k3s`

/** Where a K3s waits beside another one; it takes its place when the host's turn has come. */
export const STAGED = `${K3S}.next`

/** The configuration of K3s. */
export const K3S_CONFIG_FOLDER = '/etc/rancher/k3s'
export const K3S_CONFIG = `${K3S_CONFIG_FOLDER}/config.yaml`
export const KUBECONFIG = `${K3S_CONFIG_FOLDER}/k3s.yaml`
export const TOKEN_FILE = `${K3S_CONFIG_FOLDER}/token`
export const AGENT_TOKEN_FILE = `${K3S_CONFIG_FOLDER}/agent-token`

/** From an earlier version. */
export const REGISTRIES = `${K3S_CONFIG_FOLDER}/registries.yaml`

/** The data of K3s, users' data among it. */
export const RANCHER = '/var/lib/rancher'
export const K3S_DATA = `${RANCHER}/k3s`

/** Where local-path storage keeps volumes, a folder each (K3s docs, storage). */
export const STORAGE = `${K3S_DATA}/storage`

/** What a server keeps; below db the cluster itself. */
export const SERVER_DATA = `${K3S_DATA}/server`
export const DB = `${SERVER_DATA}/db`

/** K3s applies what appears here, and again when it changes. The same on every driver, for servers do not share it. */
export const MANIFESTS = `${SERVER_DATA}/manifests`

export const AGENT_DATA = `${K3S_DATA}/agent`

/** Images that K3s imports when it starts. */
export const IMAGES = `${AGENT_DATA}/images`

/** Where images wait until a running K3s has imported them; on the file system where they stay. */
export const INCOMING_IMAGES = `${AGENT_DATA}/convecthub-incoming`

/** The kubelet's own credentials, with which an agent may read its own Node and nothing else. */
export const KUBELET_CONFIG = `${AGENT_DATA}/kubelet.kubeconfig`

export const UNITS = '/etc/systemd/system'
export const NETWORK_LINKS = '/etc/systemd/network'
export const FLANNEL_LINK = `${NETWORK_LINKS}/50-flannel.link`

/** Settings of K3s's unit until the next boot, see noRestart. */
export const NO_RESTART_FOLDER = '/run/systemd/system/k3s.service.d'
export const NO_RESTART = `${NO_RESTART_FOLDER}/convecthub.conf`

/** What apt reads: lists of sources, and keys that they name. */
export const APT_LISTS = '/etc/apt/sources.list.d'
export const APT_KEYS = '/etc/apt/keyrings'

/** What K3s makes by itself on a host where convecthub put it (K3s's own uninstall script, and what that forgets). */
export const K3S_FOLDERS = [
  '/etc/rancher',
  RANCHER,
  '/var/lib/kubelet',
  '/var/lib/cni',
  '/run/k3s',
  '/run/flannel',
  '/var/log/pods',
  '/var/log/containers',
  '/tmp/k3s-resolv.conf',
]

/** Folders that the kubelet makes, the inner ones first; they go when nobody has put anything there. */
export const KUBELET_FOLDERS = [
  '/kubelet-plugins/volume/exec',
  '/kubelet-plugins/volume',
  '/kubelet-plugins',
  '',
].map((below) => `/usr/libexec/kubernetes${below}`)

/** What Docker makes by itself; only where convecthub installed it. */
export const DOCKER_PATHS = [
  '/var/lib/docker',
  '/var/lib/containerd',
  '/etc/docker',
  '/run/docker',
  '/run/docker.sock',
]
