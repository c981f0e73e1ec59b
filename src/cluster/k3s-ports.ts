/** A TCP port that K3s listens on. */
export interface K3sPort {
  port: number
  what: string
  /** On which machines: all of them, those with the server, or those when they are several. */
  on: 'all' | 'driver' | 'drivers'
}

/** K3s docs, installation/requirements; its parts' own ports are on 127.0.0.1. */
export const K3S_PORTS: readonly K3sPort[] = [
  { port: 10248, what: 'health of the kubelet', on: 'all' },
  { port: 10249, what: 'metrics of kube-proxy', on: 'all' },
  { port: 10250, what: 'kubelet', on: 'all' },
  { port: 10256, what: 'health of kube-proxy', on: 'all' },
  { port: 6444, what: 'the way to the Kubernetes API', on: 'all' },
  { port: 10010, what: 'containerd', on: 'all' },
  { port: 6443, what: 'Kubernetes API', on: 'driver' },
  { port: 10257, what: 'controller manager', on: 'driver' },
  { port: 10258, what: 'cloud controller', on: 'driver' },
  { port: 10259, what: 'scheduler', on: 'driver' },
  { port: 2379, what: 'etcd', on: 'drivers' },
  { port: 2380, what: 'etcd', on: 'drivers' },
]
