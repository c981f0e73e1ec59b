import type { Wishes } from '../engine/step.ts'

/** convecthub's own record and tools; it goes last, so that a reset that was cut knows what is left to do. */
export const RECORD = '/var/lib/convecthub'

/** Settings of K3s's unit until the next boot, see noRestart. */
export const NO_RESTART_FOLDER = '/run/systemd/system/k3s.service.d'
export const NO_RESTART = `${NO_RESTART_FOLDER}/convecthub.conf`

/** Where jobs are while they run, the lock of who is at work, and what else goes with the next boot. */
export const RUN = ['/run/convecthub', '/run/convecthub.lock', NO_RESTART_FOLDER]

/** What K3s makes by itself on a host where convecthub put it (K3s's own uninstall script, and what that forgets). */
export const K3S_FOLDERS = [
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

/** Folders that the kubelet makes, the inner ones first; they go when nobody has put anything there. */
export const KUBELET_FOLDERS = ['/volume/exec', '/volume', ''].map(
  (below) => `/usr/libexec/kubernetes/kubelet-plugins${below}`,
)

/** What Docker makes by itself; only where convecthub installed it. */
export const DOCKER_PATHS = [
  '/var/lib/docker',
  '/var/lib/containerd',
  '/etc/docker',
  '/run/docker',
  '/run/docker.sock',
]
/** The folders in which something may be left, for the audit. */
export const OWN_PATHS: readonly string[] = [...K3S_FOLDERS, ...DOCKER_PATHS]

/** Recorded when our Docker is removed, so that its folders are known as ours after the package is gone. */
export const DOCKER_MARK = `${RECORD}/docker`

/** The machines that a reset works on. */
export const theHosts = ({ cluster, leaving }: Wishes) => leaving?.hosts ?? cluster.hosts
