/**
 * The TCP ports that K3s listens on, and what for: on every machine, on drivers, and on drivers when there are several.
 * Source: K3s docs, installation/requirements. The ports of its components are on 127.0.0.1.
 */
export const K3S_PORTS: Readonly<Record<'all' | 'driver' | 'drivers', Readonly<Record<number, string>>>> = {
  all: {
    6444: 'the way to the Kubernetes API',
    10010: 'containerd',
    10248: 'health of the kubelet',
    10249: 'metrics of kube-proxy',
    10250: 'kubelet',
    10256: 'health of kube-proxy',
  },
  driver: {
    6443: 'Kubernetes API',
    10257: 'controller manager',
    10258: 'cloud controller',
    10259: 'scheduler',
  },
  drivers: { 2379: 'etcd', 2380: 'etcd' },
}

/** The TCP port of the image registry, on the machine in the group registry. */
export const REGISTRY_PORT = 5000
