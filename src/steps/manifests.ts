import { devicePlugin } from '../artifacts/proof/device-plugin.ts'
import type { ClusterHost } from '../cluster/cluster.ts'
import type { Change } from '../engine/change.ts'
import type { Desired, Step } from '../engine/step.ts'
import { file } from '../facts/file.ts'
import { node } from '../facts/node.ts'
import { owned } from '../facts/owned.ts'
import { K3S, MANIFESTS } from '../layout.ts'
import { sh } from '../sh.ts'
import { on } from '../step-ref.ts'
import { template } from '../templates.ts'
import { images } from './images.ts'
import { GPU_LABEL } from './k3s-config.ts'
import { managedFile } from './managed-file.ts'

/** Manifest of versions up to 0.1, for an image registry that anybody on the network could write to. */
export const REGISTRY = `${MANIFESTS}/convecthub-registry.yaml`
const INGRESS = `${MANIFESTS}/convecthub-ingress.yaml`
const GPU = `${MANIFESTS}/convecthub-gpu.yaml`

const onDrivers = ({ cluster }: Desired) => cluster.drivers

/** Removes the open image registry of earlier versions. Removing its manifest is not enough: K3s keeps the objects. */
export const oldRegistry: Step = {
  id: 'old-registry',
  title: 'Remove the open image registry',
  hosts: onDrivers,
  facts: () => [owned],
  plan: ({ facts }) => {
    if (!facts.get(owned).files.includes(REGISTRY)) return []
    return [
      {
        kind: 'run',
        sign: '-',
        title: 'the image registry of an earlier version, to which anybody on the network can write',
        timeoutMs: 120_000,
        // the file first, or K3s would create the objects again; the record last, in case the run is interrupted
        script: sh`rm -f -- ${REGISTRY}
timeout 60 ${K3S} kubectl -n kube-system delete --ignore-not-found deployment convecthub-registry
timeout 30 ${K3S} kubectl -n kube-system delete --ignore-not-found addons.k3s.cattle.io convecthub-registry
cvh_forget file ${REGISTRY}`,
      },
    ]
  },
}

/** Sets the ports of ConvectHub; Traefik serves them on every node. */
export const ingress: Step = {
  id: 'ingress',
  title: 'Set the ports of ConvectHub',
  hosts: onDrivers,
  facts: () => [file(INGRESS)],
  plan: ({ cluster, facts }) => {
    const content = template('manifests/ingress.yaml', {
      HTTP_PORT: cluster.httpPort,
      HTTPS_PORT: cluster.httpsPort,
    })
    return managedFile({ path: INGRESS, mode: '600', content }, facts)
  },
}

/** Deploys the GPU device plugin, and labels the nodes that it should run on. */
export const gpuPlugin: Step = {
  id: 'gpu-plugin',
  title: 'Offer the GPUs to notebooks',
  hosts: (desired) => (gpuHosts(desired).length > 0 ? onDrivers(desired) : []),
  after: (_host, desired) => gpuHosts(desired).map((host) => on(images, host)),
  facts: (_host, desired) => [file(GPU), ...gpuHosts(desired).map(({ nodeName }) => node(nodeName))],
  plan: (context) => {
    const content = template('manifests/gpu.yaml', { IMAGE: devicePlugin(context.bundle) })
    const leads = context.cluster.lead === context.host
    const labels = (leads ? gpuHosts(context) : []).flatMap(({ nodeName }): Change[] => {
      const state = context.facts.get(node(nodeName))
      // a node that is not there yet registers with the label
      return state === undefined || state.labels[GPU_LABEL] === 'true' ? [] : [labelNode(nodeName)]
    })
    return [...managedFile({ path: GPU, mode: '600', content }, context.facts), ...labels]
  },
}

function gpuHosts({ cluster }: Desired): ClusterHost[] {
  return cluster.hosts.filter(({ settings }) => settings.has_gpu)
}

function labelNode(name: string): Change {
  return {
    kind: 'run',
    sign: '+',
    title: `label node ${name} ${GPU_LABEL}=true`,
    timeoutMs: 60_000,
    script: sh`timeout 30 ${K3S} kubectl label node ${name} ${`${GPU_LABEL}=true`} --overwrite`,
  }
}
