import { expect, it } from 'vitest'
import { aptSources, parseAptSources } from '../../src/facts/apt-sources.ts'
import { file } from '../../src/facts/file.ts'
import { volumes } from '../../src/facts/volumes.ts'
import { removeFiles } from '../../src/steps/remove-files.ts'
import { removePackages } from '../../src/steps/reset.ts'
import { OWN_PATHS } from '../../src/steps/reset-places.ts'
import { type Answer, contextOf, fileOf, is, leftoversOf, recordOf, shown } from '../helpers/fake-facts.ts'
import { knownOf, planStep } from '../helpers/plan-step.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const desired = testDesired()
const K3S = '/usr/local/bin/k3s'
const record = (files: string[], packages: string[] = []) => [
  ...recordOf({ files, packages }),
  is(file('/var/lib/convecthub'), fileOf({ type: 'directory', mode: '755' })),
]
const left = (more: Parameters<typeof leftoversOf>[1]) => leftoversOf(OWN_PATHS, more)
const RECORD = '/var/lib/convecthub'
const IMAGES = '/var/lib/rancher/k3s/agent/images'
const KEY = '/etc/apt/keyrings/convecthub-docker.gpg'
const LIST = '/etc/apt/sources.list.d/convecthub-docker.list'
const NAMED = `Types: deb\nURIs: http://m.lan\nSuites: jammy\nComponents: stable\nSigned-By: ${KEY}\n`
it.each<{ what: string; answers: readonly Answer[]; removed: string[]; title: string }>([
  { what: 'only a record', answers: [...record([]), left({})], removed: [], title: `remove ${RECORD}` },
  {
    what: 'our K3s and its folders',
    answers: [...record([K3S, '/etc/rancher/k3s/token']), left({ paths: ['/etc/rancher', '/run/k3s'] })],
    removed: [K3S, '/etc/rancher/k3s/token', '/etc/rancher', '/run/k3s'],
    title: `remove ${K3S}, /etc/rancher, /run/k3s, ${RECORD}`,
  },
  {
    what: 'K3s’s folders but not our K3s',
    answers: [
      ...record(['/etc/apt/sources.list.d/convecthub-docker.list']),
      left({ paths: ['/etc/rancher'] }),
    ],
    removed: ['/etc/apt/sources.list.d/convecthub-docker.list'],
    title: `remove /etc/apt/sources.list.d/convecthub-docker.list, ${RECORD}`,
  },
  {
    what: 'a key of ours that another package source uses',
    answers: [
      ...record([K3S, KEY]),
      left({}),
      is(aptSources, parseAptSources('/etc/apt/sources.list.d/x.sources', NAMED)),
    ],
    removed: [K3S],
    title: `remove ${K3S}, ${RECORD}`,
  },
  {
    what: 'other people’s Docker',
    answers: [...record([K3S]), left({ paths: ['/var/lib/docker'] })],
    removed: [K3S],
    title: `remove ${K3S}, ${RECORD}`,
  },
  {
    what: 'our Docker, whose package is gone',
    answers: [...record([`${RECORD}/docker`]), left({ paths: ['/var/lib/docker', '/etc/docker'] })],
    removed: ['/var/lib/docker', '/etc/docker'],
    title: `remove /var/lib/docker, /etc/docker, ${RECORD}`,
  },
  {
    what: 'many things',
    answers: [...record(['a', 'b', 'c', 'd', 'e'].map((name) => `${IMAGES}/${name}`)), left({})],
    removed: ['a', 'b', 'c', 'd', 'e'].map((name) => `${IMAGES}/${name}`),
    title: `remove ${IMAGES}/a, ${IMAGES}/b, ${IMAGES}/c, 2 more, ${RECORD}`,
  },
])('resets a machine with $what: $title', ({ answers, removed, title }) => {
  const [change] = planStep(removeFiles, desired, 'w1', { w1: answers })
  expect(change?.title).toBe(title)
  const script = change?.kind === 'run' ? change.script.reveal() : ''
  expect(/^remove_paths (.*)$/m.exec(script)?.[1] ?? '').toBe(removed.join(' '))
  expect(script.trimEnd().split('\n').at(-1)).toContain(`rm -rf -- ${RECORD}`)
})

it('keeps a key that another package source uses, and warns about it', () => {
  const named = is(aptSources, parseAptSources('/etc/apt/sources.list.d/x.sources', NAMED))
  const answers = [...record([LIST, KEY], ['conntrack']), left({}), named]
  expect(shown(planStep(removePackages, desired, 'w1', { w1: answers }))).toEqual([
    `- run remove ${LIST}`,
    '- run purge conntrack',
  ])
  const known = knownOf(desired, { w1: answers })
  const findings = removeFiles.check?.([contextOf(removeFiles, desired, 'w1', known)]) ?? []
  expect(findings.map(({ level, id, message }) => `${level} ${id} ${message}`)).toEqual([
    `warning apt-key ${KEY} is kept, for a package source that convecthub did not write names it`,
  ])
})

it('warns about what is in the record and is not of convecthub, and keeps it', () => {
  const answers = [...record([LIST, '/etc/passwd']), left({})]
  const known = knownOf(desired, { w1: answers })
  const findings = removeFiles.check?.([contextOf(removeFiles, desired, 'w1', known)]) ?? []
  expect(findings).toMatchObject([
    { level: 'warning', id: 'record', host: 'w1', message: expect.stringContaining('/etc/passwd') },
  ])
  expect(shown(planStep(removeFiles, desired, 'w1', { w1: answers })).join()).not.toContain('/etc/passwd')
})

// people set convect_workdir to folders with files of their own
it.each(['/home/vagrant', '/srv/data', '/tmp'])(
  'reset keeps the folder %s that convect_workdir names',
  (workdir) => {
    const own = testDesired({ workdir })
    const [change] = planStep(removeFiles, own, 'w1', {
      w1: [...record([K3S]), left({ paths: [workdir] })],
    })
    expect(change?.title).not.toContain(workdir)
  },
)

const DATA = '/var/lib/rancher/k3s/storage'
const K3S_DATA = '/var/lib/rancher'
const two = is(volumes, { count: 2, sizeMiB: 2048 })
it.each([
  {
    what: 'keeps users’ data, and records that it is left',
    answers: [...record([K3S]), two, left({ paths: [K3S_DATA] })],
    deleteData: false,
    plan: [`- run remove ${K3S}, ${K3S_DATA}, ${RECORD}; keep 2 volumes (2.0 GB) in ${DATA}`],
    last: `cvh_record data ${DATA}`,
  },
  {
    what: 'changes nothing when only users’ data is left',
    answers: [...record([]), ...recordOf({ data: [DATA] }), two, left({})],
    deleteData: false,
    plan: [],
  },
  {
    what: 'removes users’ data with --delete-data',
    answers: [...record([K3S]), two, left({ paths: [K3S_DATA] })],
    deleteData: true,
    plan: [`- run remove ${K3S}, ${K3S_DATA}, ${RECORD}`],
    last: `rm -rf -- ${RECORD} /run/convecthub /run/convecthub.lock /run/systemd/system/k3s.service.d`,
  },
  {
    what: 'removes the data that an earlier reset kept with --delete-data',
    answers: [...record([]), ...recordOf({ data: [DATA] }), two, left({ paths: [K3S_DATA] })],
    deleteData: true,
    plan: [`- run remove ${DATA}, ${RECORD}`],
    last: `rm -rf -- ${RECORD} /run/convecthub /run/convecthub.lock /run/systemd/system/k3s.service.d`,
  },
])('a reset $what', ({ answers, deleteData, plan, last }) => {
  const changes = planStep(removeFiles, { ...desired, deleteData }, 'w1', { w1: answers })
  expect(shown(changes)).toEqual(plan)
  const [change] = changes
  const script = change?.kind === 'run' ? change.script.reveal().trimEnd() : ''
  expect(script.split('\n').at(-1)).toBe(last ?? '')
})
