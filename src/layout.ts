/**
 * Every path that convecthub uses on a host. The shell in templates/ may spell a path out where that reads better;
 * test/structure checks that no other file does.
 */

/** convecthub's own folder on a host: the record of what it put there, and its tools. */
export const STATE = '/var/lib/convecthub'

/** The record of what convecthub put on a host, one item per line; see cvh_record in templates/remote/library.sh. */
export const OWNED = `${STATE}/owned`

/** Cached digests of large files; see cvh_keep_digest in templates/remote/library.sh. */
export const DIGESTS = `${STATE}/digests`

/** Recorded when convecthub removes its Docker: shows that Docker's folders are ours once the package is gone. */
export const DOCKER_MARK = `${STATE}/docker`

/** Where a downloaded apt key is kept until its fingerprint is checked. */
export const INCOMING_KEYS = `${STATE}/keys`

/** The bundle's apt repository, and how apt is told of it; see templates/remote/apt-repository.sh. */
export const PACKAGES = `${STATE}/packages`
export const PACKAGES_APT = `${PACKAGES}/apt.conf`

/** The sha256 of the archive that PACKAGES was unpacked from. Written when apt has read the repository. */
export const PACKAGES_MARK = `${PACKAGES}/sha256`

/** That archive, until it is unpacked. */
export const PACKAGES_ARCHIVE = `${STATE}/packages.tar`
export const PACKAGES_PART = `${STATE}/.packages.tar.part`

/** The name of the etcd snapshot that an upgrade took; see k3sSnapshot. */
export const SNAPSHOT_NOTE = `${STATE}/snapshot`

/** A folder only root can use, or a link to one below convect_workdir; see cvh_work in templates/remote/library.sh. */
export const WORK = `${STATE}/workdir`

/** Where convecthub's tools are. */
export const TOOL_FOLDER = `${STATE}/bin`
export const HELM = `${TOOL_FOLDER}/helm`

/** Values for the JupyterHub chart: convecthub's defaults, and the site's own. */
export const HUB_DEFAULTS = `${STATE}/jupyterhub/defaults.yaml`
export const HUB_VALUES = `${STATE}/jupyterhub/values.yaml`

/** Chart values with the password that all users share. Helm gets this file last, so it takes precedence. */
export const HUB_PASSWORD = `${STATE}/jupyterhub/password.yaml`

/** The passwordMark of the HUB_PASSWORD file that this driver last deployed the hub with. */
export const APPLIED_PASSWORD = `${STATE}/jupyterhub/password.applied`

/** The folder with a backup of the files that a unit runs with, for a failed upgrade. */
export function keptFolder(unit: string): string {
  return `${STATE}/kept-${unit}`
}

/** Files of running jobs; gone after a reboot. */
export const RUN = '/run/convecthub'

/** What hosts use to send files to each other, while a run is at work; see templates/remote/relay.sh. */
export const RELAY_FOLDERS = [`${RUN}/relay`, `${RUN}/fetch`]

/** The lock that lets only one convecthub change the host at a time; templates/remote/session.sh takes it. */
export const LOCK = `${RUN}.lock`

/** The PATH of the program at the host's end of a session. */
const PROGRAMS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Paths that the program at the host's end of a session uses before anything else runs; tests use other ones. */
export interface SessionPlaces {
  state: string
  run: string
  programs: string
}

export const SESSION_PLACES: SessionPlaces = { state: STATE, run: RUN, programs: PROGRAMS }

/** Where programs go that every user of the host may run. */
export const PROGRAM_FOLDER = '/usr/local/bin'
export const K3S = `${PROGRAM_FOLDER}/k3s`

/** The new K3s binary of an upgrade, until it is the host's turn to switch to it. */
export const STAGED = `${K3S}.next`

/** The configuration of K3s. */
export const K3S_CONFIG_FOLDER = '/etc/rancher/k3s'
export const K3S_CONFIG = `${K3S_CONFIG_FOLDER}/config.yaml`
export const KUBECONFIG = `${K3S_CONFIG_FOLDER}/k3s.yaml`
export const TOKEN_FILE = `${K3S_CONFIG_FOLDER}/token`
export const AGENT_TOKEN_FILE = `${K3S_CONFIG_FOLDER}/agent-token`

/** Sends K3s to the image registry for images that a node lacks. K3s reads it when it starts. */
export const REGISTRIES = `${K3S_CONFIG_FOLDER}/registries.yaml`

/** The certificate authority that K3s trusts the image registry by. */
export const REGISTRY_CA = `${K3S_CONFIG_FOLDER}/registry-ca.crt`

/** The data of K3s, including users' data. */
export const RANCHER = '/var/lib/rancher'
export const K3S_DATA = `${RANCHER}/k3s`

/** Where local-path storage keeps volumes, one folder each (K3s docs, storage). */
export const STORAGE = `${K3S_DATA}/storage`

/** The data of a K3s server; the cluster's datastore is in db. */
export const SERVER_DATA = `${K3S_DATA}/server`
export const DB = `${SERVER_DATA}/db`

/** K3s applies manifests here whenever they change. Servers do not share them, so every driver gets the same files. */
export const MANIFESTS = `${SERVER_DATA}/manifests`

export const AGENT_DATA = `${K3S_DATA}/agent`

/** K3s imports the images in this folder when it starts. */
export const IMAGES = `${AGENT_DATA}/images`

/** Where K3s notes which archives it has imported, if the file is there when it starts (K3s docs, import-images). */
export const IMAGE_CACHE = `${IMAGES}/.cache.json`

/** Where images are kept until a running K3s has imported them; on the same file system as IMAGES. */
export const INCOMING_IMAGES = `${AGENT_DATA}/convecthub-incoming`

/** The kubelet's own credentials; an agent can read its own Node with them, and no other. */
export const KUBELET_CONFIG = `${AGENT_DATA}/kubelet.kubeconfig`

export const UNITS = '/etc/systemd/system'
export const NETWORK_LINKS = '/etc/systemd/network'
export const FLANNEL_LINK = `${NETWORK_LINKS}/50-flannel.link`

/** A drop-in for the K3s unit that lasts until the next boot; see noRestart. */
export const NO_RESTART_FOLDER = '/run/systemd/system/k3s.service.d'
export const NO_RESTART = `${NO_RESTART_FOLDER}/convecthub.conf`

/** The image registry: its program, its unit, and all that it reads. It runs as a user that cannot look into STATE. */
export const REGISTRY_PROGRAM = `${PROGRAM_FOLDER}/convecthub-registry`
export const REGISTRY_UNIT = `${UNITS}/convecthub-registry.service`
export const REGISTRY_DATA = '/var/lib/convecthub-registry'
export const REGISTRY_CONFIG = `${REGISTRY_DATA}/config.yml`

/** The registry's certificate and key in one file, so that they change together. */
export const REGISTRY_CERTIFICATE = `${REGISTRY_DATA}/server.pem`

/** The authority that signs it, with its key; for root alone. */
export const REGISTRY_AUTHORITY = `${STATE}/registry/ca.pem`

/** What the storage serves, a line an image; written last. */
export const REGISTRY_CONTENT = `${REGISTRY_DATA}/content`

/** Image archives on their way into the storage, which K3s does not need on that machine. */
export const REGISTRY_INCOMING = `${REGISTRY_DATA}/incoming`

/** Where Docker looks for the authorities of registries, in a folder for each host and port. */
export const DOCKER_CERTS = '/etc/docker/certs.d'
export const DOCKER_CONFIG = '/etc/docker/daemon.json'

/** A copy of the DOCKER_CONFIG that convecthub wrote: shows whether the one that is there is still that. */
export const OWN_DOCKER_CONFIG = `${STATE}/docker-daemon.json`

/** Where apt finds source lists, and the keys that they name. */
export const APT_LISTS = '/etc/apt/sources.list.d'
export const APT_KEYS = '/etc/apt/keyrings'

/** What K3s creates on a host. From K3s's own uninstall script, plus what that forgets. */
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

/** Folders that the kubelet creates, innermost first. They are removed only when they are empty. */
export const KUBELET_FOLDERS = [
  '/kubelet-plugins/volume/exec',
  '/kubelet-plugins/volume',
  '/kubelet-plugins',
  '',
].map((below) => `/usr/libexec/kubernetes${below}`)

/** What Docker creates on a host. Removed only where convecthub installed Docker. */
export const DOCKER_PATHS = [
  '/var/lib/docker',
  '/var/lib/containerd',
  '/etc/docker',
  '/run/docker',
  '/run/docker.sock',
]
