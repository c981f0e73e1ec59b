import { HELM, KUBECONFIG } from '../layout.ts'
import { textOf } from '../printable.ts'
import { joinSh, rawSh, sh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** A Helm release: its latest revision, with the status and description of that. */
export interface Release {
  status: string
  description: string
  revision: number
}

const SCRIPT = `[ ! -x ${HELM} ] || [ ! -f ${KUBECONFIG} ] ||
  timeout 30 ${HELM} status "$release" -n "$namespace" -o json --kubeconfig ${KUBECONFIG}`

const family: FactFamily<Release | undefined> = {
  id: 'release',
  script: ([key = '']) => {
    const [namespace = '', release = ''] = key.split('/')
    return joinSh([sh`namespace=${namespace} release=${release}`, rawSh(SCRIPT)])
  },
  parse: (output, keys) => new Map(keys.map((key) => [key, parseRelease(output)])),
}

/** The release of this name; undefined when there is none. Ask for only one release per host. */
export function release(namespace: string, name: string): Fact<Release | undefined> {
  return { family, key: `${namespace}/${name}` }
}

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
