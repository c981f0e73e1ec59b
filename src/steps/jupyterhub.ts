import { basename } from 'node:path/posix'
import { keyedDigest } from '../digest.ts'
import type { Change } from '../engine/change.ts'
import type { Desired, PlanContext, Step } from '../engine/step.ts'
import { file } from '../facts/file.ts'
import { jobs } from '../facts/jobs.ts'
import { NAMESPACE, RELEASE, release } from '../facts/release.ts'
import {
  APPLIED_PASSWORD,
  HELM,
  HUB_DEFAULTS,
  HUB_PASSWORD,
  HUB_VALUES,
  K3S,
  KUBECONFIG,
  WORK,
} from '../layout.ts'
import { Secret } from '../secret.ts'
import { sh } from '../sh.ts'
import { on } from '../step-ref.ts'
import { hubDefaults } from './hub-defaults.ts'
import { hubDoor } from './hub-door.ts'
import { appliedText, passwordMark, passwordNote } from './hub-password.ts'
import { images } from './images.ts'
import { contentDigest, managedFile } from './managed-file.ts'

/** How long helm waits for the release to come up, s. */
const TIMEOUT_S = 900

/** Deploys the bundled chart with Helm. The release's description contains a digest of its chart and values. */
export const jupyterhub: Step = {
  id: 'jupyterhub',
  title: 'Deploy JupyterHub',
  ends: ['jupyterhub'],
  hosts: ({ cluster }) => [cluster.lead],
  // after every node has had its turn and its images; one that fails does not stop the hub
  after: (_host, { cluster }) => cluster.hosts.map((host) => on(images, host)),
  facts: () => [
    release,
    file(HUB_DEFAULTS),
    file(HUB_VALUES),
    file(HUB_PASSWORD),
    file(APPLIED_PASSWORD),
    jobs,
  ],
  plan: (context) => {
    const { facts, bundle, jhubConfig } = context
    const chart = chartOf(context)
    if (!chart) return []
    const { artifact, path } = chart
    const defaults = {
      path: HUB_DEFAULTS,
      mode: '600',
      content: hubDefaults(context.cluster.hubAdmins, jhubConfig),
    }
    // the user's values may contain passwords of an identity provider
    const values = { path: HUB_VALUES, mode: '600', content: new Secret(jhubConfig) }
    // made by the step hub-password
    const password = { path: HUB_PASSWORD, sha256: facts.get(file(HUB_PASSWORD))?.digest ?? NOT_MADE }
    const passwords = hubDoor(jhubConfig).own ? [] : [password]
    const layers = [
      ...[defaults, values].map(({ path, content }) => ({ path, sha256: contentDigest(content) })),
      ...passwords,
    ]
    // keyed: the values may contain passwords, and anybody on the host can read helm's command line
    const inputs = keyedDigest(
      context.cluster.token,
      [artifact, ...layers].map(({ sha256 }) => sha256).join('\n'),
    )
    const marks = passwords.map(({ sha256 }) => passwordMark(context.cluster.token, sha256))
    const description = `${bundle?.description}, inputs ${inputs.slice(0, 16)}${marks.map(passwordNote).join('')}`
    const applied = marks.flatMap((mark) =>
      managedFile({ path: APPLIED_PASSWORD, mode: '600', content: appliedText(mark) }, facts),
    )
    const current = facts.get(release)
    const files = [defaults, values].flatMap((wanted) => managedFile(wanted, facts))
    // nothing to deploy: correct existing files, but create none on a driver that became the lead later
    if (current?.status === 'deployed' && current.description === description)
      return [...files.filter(({ sign }) => sign === '~'), ...applied]
    return [
      ...files,
      workFolder(context.cluster.workdir),
      { kind: 'upload', sign: '+', title: path, artifact, path, mode: '600' },
      // while a helm is running the lock is its own; the runner deals with that job first
      ...(facts.get(jobs).some(({ name }) => name === jupyterhub.id) ? [] : unlock(current)),
      upgrade({ path, sha256: artifact.sha256 }, layers, description, current, context),
      ...applied,
    ]
  },
}

/** Stands for the digest of a password that is not made yet, such as in a plan; no file has this digest. */
const NOT_MADE = '0'.repeat(64)

/** A file that is passed to helm, and the digest that it must have. */
interface HelmInput {
  path: string
  sha256: string
}

/** The bundle's chart, and its temporary path on the host. */
function chartOf({ bundle }: Desired) {
  const artifact = bundle?.files.find(({ kind }) => kind === 'chart')
  return artifact && { artifact, path: `${WORK}/${basename(artifact.name)}` }
}

/** Makes the work folder. Where anybody may create folders, such as in /tmp, it gets an unpredictable name. */
function workFolder(place: string): Change {
  return {
    kind: 'run',
    sign: '!',
    title: `see that there is a work folder for root alone (convect_workdir ${place})`,
    timeoutMs: 30_000,
    script: sh`cvh_work ${place}`,
  }
}

/**
 * Unlocks a release whose helm was killed; it would stay locked for ever. Deletes only Helm's record of that revision.
 * Everything the release created stays, users' data included, and the upgrade adopts it by the release's name.
 */
function unlock(current: { status: string; revision: number } | undefined): Change[] {
  if (!current?.status.startsWith('pending-')) return []
  const secret = `sh.helm.release.v1.${RELEASE}.v${current.revision}`
  return [
    {
      kind: 'run',
      sign: '-',
      title: `revision ${current.revision} of ${RELEASE}, left ${current.status} by a helm that was killed`,
      timeoutMs: 60_000,
      script: sh`timeout 30 ${K3S} kubectl -n ${NAMESPACE} delete secret ${secret}`,
    },
  ]
}

/**
 * Runs helm as root. It first checks the digests of its input files again, in a folder that only root can change.
 * Values in later `layers` override those in earlier ones.
 */
function upgrade(
  chart: HelmInput,
  layers: readonly HelmInput[],
  description: string,
  current: unknown,
  { bundle }: PlanContext,
): Change {
  const standIn = bundle?.standIn ? ' (stand-in)' : ''
  return {
    kind: 'run',
    sign: current ? '~' : '+',
    title: `helm ${current ? 'upgrade' : 'install'} ${RELEASE}${standIn}, and wait for it`,
    timeoutMs: (TIMEOUT_S + 60) * 1000,
    durable: true,
    script: sh`for handed in ${[chart, ...layers].map(({ path, sha256 }) => `${sha256} ${path}`)}; do
  path=\${handed#* }
  [ "$(sha256sum <"$path")" = "\${handed%% *}  -" ] || { echo "$path is not what was sent"; exit 65; }
done
${HELM} upgrade --install ${RELEASE} ${chart.path} -n ${NAMESPACE} --create-namespace ${layers.flatMap(({ path }) => ['-f', path])} --description ${description} --history-max 10 --wait --timeout ${`${TIMEOUT_S}s`} --kubeconfig ${KUBECONFIG} || {
code=$?
${K3S} kubectl -n ${NAMESPACE} get pods -o wide
exit "$code"; }`,
  }
}
