import { expect, it } from 'vitest'
import { debian } from '../../src/distribution/debian.ts'
import { DISTRIBUTIONS, distributionOf } from '../../src/distribution/distributions.ts'
import { system } from '../../src/facts/system.ts'
import { parseFact } from '../helpers/parse-fact.ts'

it.each([
  { lines: 'os.ID=ubuntu\nos.ID_LIKE=debian', family: debian },
  { lines: 'os.ID=debian', family: debian },
  { lines: 'os.ID=linuxmint\nos.ID_LIKE="ubuntu debian"', family: debian },
  { lines: 'os.ID=fedora', family: DISTRIBUTIONS[0] },
  { lines: 'os.ID=constructor', family: DISTRIBUTIONS[0] },
  { lines: '', family: DISTRIBUTIONS[0] },
])('$lines', ({ lines, family }) => {
  expect(distributionOf(parseFact(system, lines))).toBe(family)
})

it('no two families share an ID or an ID_LIKE', () => {
  for (const names of [
    DISTRIBUTIONS.flatMap(({ oldest }) => Object.keys(oldest)),
    DISTRIBUTIONS.flatMap(({ like }) => like),
  ])
    expect(new Set(names).size).toBe(names.length)
})

const ALWAYS = [
  ...['ca-certificates', 'curl', 'iptables', 'conntrack', 'apparmor'],
  { firstOf: ['docker-ce', 'docker.io'] },
  'nfs-common',
]
const DRIVER = ['nvidia-headless-no-dkms-N-server', 'nvidia-utils-N-server']

it.each([
  { id: 'debian', gpu: false, kernels: [], more: [] },
  {
    id: 'debian',
    gpu: true,
    kernels: ['6.1.0-9-amd64'],
    more: ['linux-headers-6.1.0-9-amd64', 'nvidia-container-toolkit'],
  },
  {
    id: 'ubuntu',
    gpu: true,
    kernels: [],
    more: ['nvidia-container-toolkit', { firstOf: [[...DRIVER, 'nvidia-dkms-N-server']] }],
  },
  {
    id: 'ubuntu',
    gpu: true,
    kernels: ['5.15.0-91-generic'],
    more: [
      'linux-headers-5.15.0-91-generic',
      'nvidia-container-toolkit',
      {
        firstOf: [
          [...DRIVER, 'linux-modules-nvidia-N-server-5.15.0-91-generic'],
          [...DRIVER, 'nvidia-dkms-N-server'],
        ],
      },
    ],
  },
])('a bundle for $id with gpu: $gpu and kernels $kernels holds $more', ({ more, ...hosts }) => {
  expect(debian.bundled.needed(hosts)).toEqual([...ALWAYS, ...more])
})
