import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { chartImages } from '../../../src/artifacts/proof/chart-images.ts'
import { spawnerImages } from '../../../src/artifacts/proof/spawner-images.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')

/** Images as lines: who asks, name, and pull policy in parentheses. */
const lines = (images: ReturnType<typeof chartImages>) =>
  images.map(({ name, by, pullPolicy }) => `${by}: ${name}${pullPolicy ? ` (${pullPolicy})` : ''}`)

const DIGEST = `sha256:${'a'.repeat(64)}`

it('finds every image in a rendered chart, of hooks and of notebooks too', () => {
  const pulled = [
    'quay.io/jupyter/base-notebook:2025-10-06',
    'docker.io/library/busybox:1.37',
    `registry.lan:5000/tools/proxy@${DIGEST}`,
    'quay.io/jupyter/pytorch-notebook:cuda12-2025-10-06',
    'quay.io/jupyter/julia-notebook:latest',
    'quay.io/jupyter/r-notebook:2025-10-06',
    'docker.io/daskdev/dask:2025.1.0',
    'registry.k8s.io/pause:3.10.1',
  ]
  expect(lines(chartImages(fixture('rendered.yaml'))).toSorted()).toEqual(
    [
      ...pulled.map((name) => `DaemonSet continuous-image-puller of the chart: ${name}`),
      ...pulled.map((name) => `DaemonSet hook-image-puller of the chart: ${name}`),
      'Deployment hub of the chart: quay.io/jupyterhub/k8s-hub:4.4.0',
      'Deployment hub of the chart: docker.io/restic/restic:0.17.3',
      'Deployment proxy of the chart: quay.io/jupyterhub/configurable-http-proxy:5.2.0 (IfNotPresent)',
      'Deployment user-scheduler of the chart: registry.k8s.io/kube-scheduler:v1.30.14',
      'Job hook-image-awaiter of the chart: quay.io/jupyterhub/k8s-image-awaiter:4.4.0',
      'singleuser.image: quay.io/jupyter/base-notebook:2025-10-06',
      'singleuser.initContainers[0]: docker.io/library/busybox:1.37',
      `singleuser.extraContainers[0]: registry.lan:5000/tools/proxy@${DIGEST} (Always)`,
      'singleuser.profileList[1].kubespawner_override: quay.io/jupyter/pytorch-notebook:cuda12-2025-10-06 (IfNotPresent)',
      'singleuser.profileList[2].profile_options.image.choices.r.kubespawner_override: quay.io/jupyter/r-notebook:2025-10-06',
      'singleuser.profileList[2].profile_options.image.choices.julia.kubespawner_override: quay.io/jupyter/julia-notebook:latest',
    ].toSorted(),
  )
})

const pod = {
  spec: {
    initContainers: [{ name: 'a', image: 'a:1' }],
    containers: [{ name: 'b', image: 'b:1', imagePullPolicy: 'Never' }],
  },
}
it.each([
  { what: 'a Pod', object: { kind: 'Pod', metadata: { name: 'p' }, ...pod }, by: 'Pod p' },
  {
    what: 'a CronJob',
    object: { kind: 'CronJob', metadata: { name: 'c' }, spec: { jobTemplate: { spec: { template: pod } } } },
    by: 'CronJob c',
  },
  {
    what: 'a List',
    object: {
      kind: 'List',
      items: [{ kind: 'StatefulSet', metadata: { name: 's' }, spec: { template: pod } }],
    },
    by: 'StatefulSet s',
  },
])('finds the containers of $what', ({ object, by }) => {
  expect(lines(chartImages(stringify(object)))).toEqual([
    `${by} of the chart: docker.io/library/a:1`,
    `${by} of the chart: docker.io/library/b:1 (Never)`,
  ])
})

it('takes what is no container for none', () => {
  const text = stringify({
    kind: 'ConfigMap',
    metadata: { name: 'c' },
    data: { image: 'a:1', containers: 'b:1' },
  })
  expect(chartImages(`${text}---\n# nothing\n---\nnull\n`)).toEqual([])
})

const own = { image: { name: 'own', tag: '1' } }
const OWN = 'singleuser.image: docker.io/library/own:1'
const profile = (image: string) => ({ kubespawner_override: { image } })
it.each([
  { what: 'the default image', values: { singleuser: own }, found: [OWN] },
  {
    what: 'a pull policy for all notebooks',
    values: {
      singleuser: { image: { ...own.image, pullPolicy: 'Always' }, profileList: [{}, profile('p:1')] },
    },
    found: [
      `${OWN} (Always)`,
      'singleuser.profileList[1].kubespawner_override: docker.io/library/p:1 (Always)',
    ],
  },
  {
    what: 'no default image, where every profile has its own',
    values: { singleuser: { ...own, profileList: [profile('p:1')] } },
    found: ['singleuser.profileList[0].kubespawner_override: docker.io/library/p:1'],
  },
  {
    what: 'no default image, where every choice has its own',
    values: {
      singleuser: { ...own, profileList: [{ profile_options: { i: { choices: { a: profile('p:1') } } } }] },
    },
    found: [
      'singleuser.profileList[0].profile_options.i.choices.a.kubespawner_override: docker.io/library/p:1',
    ],
  },
  {
    what: 'the default image, where one choice has none',
    values: { singleuser: { ...own, profileList: [{ profile_options: { i: { choices: { a: {} } } } }] } },
    found: [OWN],
  },
  {
    what: 'profiles and containers by name',
    values: {
      singleuser: {
        profileList: { gpu: profile('p:1') },
        extraContainers: { web: { name: 'web', image: 'w:1' } },
      },
    },
    found: [
      'singleuser.profileList.gpu.kubespawner_override: docker.io/library/p:1',
      'singleuser.extraContainers.web: docker.io/library/w:1',
    ],
  },
  {
    what: 'containers of a profile',
    values: {
      singleuser: {
        profileList: [{ kubespawner_override: { extra_containers: [{ name: 'x', image: 'x:1' }] } }],
      },
    },
    found: ['singleuser.profileList[0].kubespawner_override.extra_containers[0]: docker.io/library/x:1'],
  },
  {
    what: 'what hub.config sets instead',
    values: {
      singleuser: own,
      hub: { config: { KubeSpawner: { image: 'k:1', init_containers: [{ name: 'i', image: 'i:1' }] } } },
    },
    found: [
      'hub.config.KubeSpawner: docker.io/library/k:1',
      'hub.config.KubeSpawner.init_containers[0]: docker.io/library/i:1',
    ],
  },
  {
    what: 'the container that blocks metadata',
    values: {
      singleuser: {
        networkTools: { image: { name: 'tools', tag: '1' } },
        cloudMetadata: { blockWithIptables: true },
      },
    },
    found: ['singleuser.networkTools.image: docker.io/library/tools:1'],
  },
  {
    what: 'nothing of a label or variable called image',
    values: { singleuser: { extraEnv: { image: 'e:1' }, extraLabels: { image: 'l:1' } } },
    found: [],
  },
  { what: 'nothing of no values', values: undefined, found: [] },
])('notebooks need $what', ({ values, found }) => {
  expect(lines(spawnerImages(values))).toEqual(found)
})
