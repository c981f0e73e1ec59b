import { firstDriver } from '../cluster/cluster.ts'
import type { Change } from '../engine/change.ts'
import type { PlanContext, Step, Wishes } from '../engine/step.ts'
import { file } from '../facts/file.ts'
import { HELM, KUBECONFIG, release } from '../facts/release.ts'
import { Secret } from '../secret.ts'
import { sh } from '../sh.ts'
import { template } from '../templates.ts'
import { digest } from './digest.ts'
import { managedFile } from './managed-file.ts'

export const NAMESPACE = 'convecthub'
export const RELEASE = 'convecthub'

const DEFAULTS = '/var/lib/convecthub/jupyterhub/defaults.yaml'
const VALUES = '/var/lib/convecthub/jupyterhub/values.yaml'

/** Helm's own deadline for the release to come up, s. */
const TIMEOUT_S = 900

/** The Helm release of the bundled chart. Its description carries the digest of chart and values it was made from. */
export const jupyterhub: Step = {
  id: 'jupyterhub',
  title: 'Deploy JupyterHub',
  hosts: ({ cluster }) => [firstDriver(cluster)],
  // with all that will come up; what does not is no reason to wait
  after: (_host, { cluster }) => cluster.hosts.map(({ name }) => ({ step: 'k3s-node', host: name })),
  facts: (_host, wishes) => {
    const chart = chartOf(wishes)
    return [release(NAMESPACE, RELEASE), file(DEFAULTS), file(VALUES), ...(chart ? [file(chart.path)] : [])]
  },
  plan: (context) => {
    const { facts, bundle, jhubConfig } = context
    const chart = chartOf(context)
    if (!chart) return []
    const { artifact, path } = chart
    const defaults = { path: DEFAULTS, mode: '600', content: template('jupyterhub/values.yaml') }
    // the user's values may hold passwords of an identity provider
    const values = { path: VALUES, mode: '600', content: new Secret(jhubConfig) }
    const inputs = digest([artifact.sha256, defaults.content, jhubConfig].join('\n'))
    const description = `${bundle?.description}, inputs ${inputs.slice(0, 16)}`
    const current = facts.get(release(NAMESPACE, RELEASE))
    const files = [defaults, values].flatMap((wanted) => managedFile(wanted, facts))
    if (current?.status === 'deployed' && current.description === description) return files
    const there = facts.get(file(path))?.digest === artifact.sha256
    return [
      ...files,
      ...(there
        ? []
        : [{ kind: 'upload', sign: '+', title: path, artifact, path, mode: '600', ours: true } as const]),
      ...unlock(current),
      upgrade(path, description, current, context),
    ]
  },
}

/** The bundle's chart, and where it is put while it is needed. */
function chartOf({ bundle, cluster }: Wishes) {
  const artifact = bundle?.files.find(({ kind }) => kind === 'chart')
  return (
    artifact && {
      artifact,
      path: `${cluster.workdir}/${artifact.name.slice(artifact.name.lastIndexOf('/') + 1)}`,
    }
  )
}

/** A release whose helm was killed is locked for good; no helm lives when this runs, for it runs as a job we await. */
function unlock(current: { status: string; revision: number } | undefined): Change[] {
  if (!current?.status.startsWith('pending-')) return []
  const act = current.revision === 1 ? 'uninstall' : 'rollback'
  return [
    {
      kind: 'run',
      sign: '~',
      title: `${act} revision ${current.revision} of ${RELEASE}, left ${current.status} by a helm that was killed`,
      timeoutMs: TIMEOUT_S * 1000,
      durable: true,
      script: sh`${HELM} ${act} ${RELEASE} -n ${NAMESPACE} --kubeconfig ${KUBECONFIG}`,
    },
  ]
}

function upgrade(chart: string, description: string, current: unknown, { bundle }: PlanContext): Change {
  const standIn = bundle?.standIn ? ' (stand-in)' : ''
  return {
    kind: 'run',
    sign: current ? '~' : '+',
    title: `helm ${current ? 'upgrade' : 'install'} ${RELEASE}${standIn}, and wait for it`,
    timeoutMs: (TIMEOUT_S + 60) * 1000,
    durable: true,
    script: sh`${HELM} upgrade --install ${RELEASE} ${chart} -n ${NAMESPACE} --create-namespace -f ${DEFAULTS} -f ${VALUES} --description ${description} --history-max 10 --wait --timeout ${`${TIMEOUT_S}s`} --kubeconfig ${KUBECONFIG} || {
code=$?
/usr/local/bin/k3s kubectl -n ${NAMESPACE} get pods -o wide
exit "$code"; }`,
  }
}
