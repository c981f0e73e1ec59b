import { expect, it } from 'vitest'
import { digest } from '../../src/digest.ts'
import { aptKey } from '../../src/facts/apt-key.ts'
import { aptSources, parseAptSources } from '../../src/facts/apt-sources.ts'
import { command } from '../../src/facts/command.ts'
import { system } from '../../src/facts/system.ts'
import { unit } from '../../src/facts/unit.ts'
import { docker } from '../../src/steps/docker.ts'
import { oldSources } from '../../src/steps/old-sources.ts'
import {
  type Answer,
  contextOf,
  is,
  present,
  recordOf,
  running,
  shown,
  systemOf,
} from '../helpers/fake-facts.ts'
import { fileText, knownOf, planStep } from '../helpers/plan-step.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const LIST = '/etc/apt/sources.list.d/convecthub-docker.list'
const KEY = '/etc/apt/keyrings/convecthub-docker.gpg'
const PIN = 'A'.repeat(40)
const REPO = 'https://mirror.lan/linux/ubuntu'
const mirrored = testDesired({ settings: { w1: { docker_repo: REPO } } })
const dockerd = is(command('dockerd'), '/usr/bin/dockerd')
const ourDocker = [dockerd, running('docker.service'), ...recordOf({ packages: ['docker-ce'] })]
const STILL = { loaded: true, active: 'inactive', enabled: false, inputs: undefined }
const OURS = `deb [arch=amd64 signed-by=${KEY}] ${REPO} jammy stable\n`
const START = '! service start docker.service'
const READ = `! run read the package lists of ${REPO}`
const FETCH = `+ run ${KEY} from ${REPO}/gpg, if it is the key ${PIN}`
const FROM = `+ packages install docker-ce from ${REPO}`

/** Entries of the host's own in /etc/apt/sources.list.d/docker.list, starting at its second line. */
const theirs = (...lines: string[]) =>
  is(aptSources, parseAptSources('/etc/apt/sources.list.d/docker.list', ['', ...lines].join('\n')))
const THEIRS = `deb [arch=amd64 signed-by=/etc/apt/keyrings/docker.asc] ${REPO}/ jammy stable`
const AS_THEIRS = `+ packages install docker-ce from ${REPO} (/etc/apt/sources.list.d/docker.list:2)`

it.each<{ what: string; repo?: boolean; answers?: readonly Answer[]; plan: string[] }>([
  {
    what: 'no Docker',
    plan: ['+ packages install docker-ce, or docker.io where apt has no docker-ce', START],
  },
  {
    what: 'no Docker, and a mirror',
    repo: true,
    plan: [FETCH, READ, `+ file ${LIST}`, FROM, START],
  },
  {
    what: 'a mirror that is half set up',
    repo: true,
    answers: [is(aptKey(KEY), [PIN]), present(LIST)],
    plan: [READ, `~ file ${LIST}`, FROM, START],
  },
  {
    what: 'a mirror with a wrong key',
    repo: true,
    answers: [is(aptKey(KEY), ['B'.repeat(40)])],
    plan: [FETCH, READ, `+ file ${LIST}`, FROM, START],
  },
  {
    what: 'a mirror with the right key and another one',
    repo: true,
    answers: [is(aptKey(KEY), [PIN, 'B'.repeat(40)])],
    plan: [FETCH, READ, `+ file ${LIST}`, FROM, START],
  },
  { what: 'a mirror that apt has already', repo: true, answers: [theirs(THEIRS)], plan: [AS_THEIRS, START] },
  {
    what: 'a mirror that apt has for another release',
    repo: true,
    answers: [theirs(THEIRS.replace('jammy', 'focal'))],
    plan: [FETCH, READ, `+ file ${LIST}`, FROM, START],
  },
  {
    what: 'a mirror that apt has from us',
    repo: true,
    answers: [
      is(aptKey(KEY), [PIN]),
      present(LIST, { digest: digest(OURS) }),
      is(aptSources, parseAptSources(LIST, OURS)),
    ],
    plan: [READ, FROM, START],
  },
  { what: 'a running Docker', answers: [dockerd, running('docker.service')], plan: [] },
  { what: 'a stopped Docker', answers: [dockerd], plan: [START] },
  {
    what: 'a Docker that does not start at boot',
    answers: [dockerd, is(unit('docker.service'), { ...STILL, active: 'active' })],
    plan: [START],
  },
  {
    what: 'our Docker and a changed mirror',
    repo: true,
    answers: [
      ...ourDocker,
      present(LIST),
      is(aptSources, parseAptSources(LIST, OURS.replace('mirror', 'old'))),
    ],
    plan: [FETCH, READ, `~ file ${LIST}`],
  },
  {
    what: 'our stopped Docker and a mirror that apt does not have yet',
    repo: true,
    answers: [...ourDocker, is(unit('docker.service'), STILL)],
    plan: [FETCH, READ, `+ file ${LIST}`, START],
  },
  {
    what: 'our Docker from a mirror that apt has from us',
    repo: true,
    answers: [...ourDocker, is(aptKey(KEY), [PIN]), present(LIST, { digest: digest(OURS) })],
    plan: [],
  },
  {
    what: 'our Docker and a mirror that apt has already',
    repo: true,
    answers: [...ourDocker, theirs(THEIRS)],
    plan: [],
  },
  { what: 'our Docker and no mirror any more', answers: [...ourDocker, present(LIST)], plan: [] },
  { what: 'Docker from elsewhere', repo: true, answers: [dockerd, running('docker.service')], plan: [] },
])('installs Docker on a machine with $what: $plan', ({ repo, answers = [], plan }) => {
  expect(shown(planStep(docker, repo ? mirrored : testDesired(), 'w1', { w1: answers }))).toEqual(plan)
})

it('writes architecture, key and release into the mirror’s list', () => {
  const plan = planStep(docker, mirrored, 'w1', { w1: [is(system, systemOf({ architecture: 'arm64' }))] })
  expect(fileText(plan, LIST)).toBe(`deb [arch=arm64 signed-by=${KEY}] ${REPO} jammy stable\n`)
})

it('skips machines with install_docker=false', () => {
  const own = testDesired({ settings: { w1: { install_docker: false } } })
  expect(docker.hosts(own).map(({ name }) => name)).toEqual(['d1'])
})

it.each<{ what: string; lines: string[]; answers?: Answer[]; found: string[] }>([
  { what: 'a usable entry', lines: [THEIRS], found: [] },
  {
    what: 'a usable entry, and one for source packages',
    lines: [THEIRS, THEIRS.replace('deb', 'deb-src')],
    found: [],
  },
  { what: 'another address', lines: [THEIRS.replace('linux', 'unix')], found: [] },
  {
    what: 'another component',
    lines: ['', THEIRS.replace('stable', 'test')],
    found: ['docker.list:3 with the key /etc/apt/keyrings/docker.asc'],
  },
  {
    what: 'another architecture',
    lines: [`deb [arch=arm64] ${REPO} jammy stable`],
    found: ['docker.list:2 with another key'],
  },
  {
    what: 'source packages with our key',
    lines: [`deb-src [signed-by=${KEY}] ${REPO} jammy stable`],
    found: [],
  },
  {
    what: 'another component, and Docker is installed',
    lines: [THEIRS.replace('stable', 'test')],
    answers: [dockerd],
    found: [],
  },
])(
  'checks existing sources for conflicts with the mirror, $what: $found',
  ({ lines, answers = [], found }) => {
    const known = knownOf(mirrored, { w1: [theirs(...lines), ...answers] })
    const findings = docker.check?.([contextOf(docker, mirrored, 'w1', known)]) ?? []
    expect(
      findings.map(({ message }) =>
        message.replace(/^.*\/(\S+) has \S+ jammy/, '$1').replace(/: apt would .*/, ''),
      ),
    ).toEqual(found)
    for (const { id, level, host, hint } of findings) {
      expect({ id, level, host }).toEqual({ id: 'apt-source', level: 'error', host: 'w1' })
      expect(hint).toContain('component stable for amd64')
    }
  },
)

const ASC = '/etc/apt/keyrings/convecthub-docker.asc'
const none = testDesired({ settings: { w1: { install_docker: false, docker_repo: REPO } } })
const recorded = (...files: string[]) => [...recordOf({ files: [...files, '/usr/local/bin/k3s'] })]
const SOURCES = `Types: deb\nURIs: ${REPO}/\nSuites: jammy\nComponents: stable\nSigned-By: ${KEY}\n`
const rewritten = is(aptSources, parseAptSources(LIST.replace(/list$/, 'sources'), SOURCES))
const listed = present(LIST, { digest: digest(OURS) })

it.each<{ what: string; desired?: typeof mirrored; answers: Answer[]; plan: string[] }>([
  { what: 'that is wanted', answers: [...recorded(LIST, KEY), listed], plan: [] },
  {
    what: 'that is wanted, with an old key',
    answers: [...recorded(LIST, KEY, ASC), listed],
    plan: [`- run remove ${ASC}`],
  },
  { what: 'whose list is not written yet', answers: recorded(KEY), plan: [] },
  {
    what: 'without install_docker',
    desired: none,
    answers: [...recorded(LIST, KEY), listed],
    plan: [`- run remove ${LIST}, ${KEY}`],
  },
  {
    what: 'without docker_repo',
    desired: testDesired(),
    answers: [...recorded(LIST, KEY), listed],
    plan: [`- run remove ${LIST}, ${KEY}`],
  },
  {
    what: 'of another docker_repo',
    answers: [...recorded(LIST, KEY), present(LIST)],
    plan: [`- run remove ${LIST}, ${KEY}`],
  },
  {
    what: 'that the host now has by itself',
    answers: [...recorded(LIST, KEY), listed, theirs(THEIRS)],
    plan: [`- run remove ${LIST}, ${KEY}`],
  },
  {
    // apt modernize-sources moves the entry, with the name of its key, to another file
    what: 'whose list apt has rewritten',
    answers: [...recorded(LIST, KEY, ASC), rewritten],
    plan: [`- run remove ${LIST}, ${ASC}`],
  },
  {
    what: 'without install_docker, whose list apt has rewritten',
    desired: none,
    answers: [...recorded(KEY), rewritten],
    plan: [],
  },
  { what: 'of somebody else with our file names', desired: none, answers: [listed], plan: [] },
])('removes a source $what: $plan', ({ desired = mirrored, answers, plan }) => {
  expect(shown(planStep(oldSources, desired, 'w1', { w1: answers }))).toEqual(plan)
})
