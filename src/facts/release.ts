import { HELM, KUBECONFIG } from '../layout.ts'
import { textOf } from '../printable.ts'
import { sh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** A Helm release: its latest revision, with the status and description of that. */
export interface Release {
  status: string
  description: string
  revision: number
}

/** Namespace and name of the hub's release. */
export const NAMESPACE = 'convecthub'
export const RELEASE = 'convecthub'

const family: FactFamily<Release | undefined> = {
  id: 'release',
  script: () => sh`[ ! -x ${HELM} ] || [ ! -f ${KUBECONFIG} ] ||
  timeout 30 ${HELM} status ${RELEASE} -n ${NAMESPACE} -o json --kubeconfig ${KUBECONFIG}`,
  parse: (output) => new Map([['', parseRelease(output)]]),
}

/** The hub's Helm release; undefined when there is none. */
export const release: Fact<Release | undefined> = { family, key: '' }

function parseRelease(output: string): Release | undefined {
  const start = output.indexOf('{')
  if (start < 0) return undefined
  const { info, version } = JSON.parse(output.slice(start)) as {
    info?: { status?: unknown; description?: unknown }
    version?: unknown
  }
  return {
    status: textOf(info?.status) || 'unknown',
    description: textOf(info?.description),
    revision: Number(version) || 0,
  }
}
