import { expect, it } from 'vitest'
import { aptKey } from '../../src/facts/apt-key.ts'
import { command } from '../../src/facts/command.ts'
import { system } from '../../src/facts/system.ts'
import { unit } from '../../src/facts/unit.ts'
import { docker } from '../../src/steps/docker.ts'
import { type Answer, is, present, running, shown, systemOf } from '../helpers/fake-facts.ts'
import { fileText, planStep } from '../helpers/plan-step.ts'
import { testWishes } from '../helpers/test-cluster.ts'

const LIST = '/etc/apt/sources.list.d/convecthub-docker.list'
const KEY = '/etc/apt/keyrings/convecthub-docker.gpg'
const PIN = 'A'.repeat(40)
const REPO = 'https://mirror.lan/linux/ubuntu'
const mirrored = testWishes({ settings: { w1: { docker_repo: REPO } } })
const dockerd = is(command('dockerd'), '/usr/bin/dockerd')
const START = '! run start docker.service'
const INSTALL = '! run read the package lists of docker_repo'
const FETCH = `+ run ${KEY} from ${REPO}/gpg, if it is the key ${PIN}`
const FROM = `+ packages install docker-ce from ${REPO}`

it.each<{ what: string; repo?: boolean; answers?: readonly Answer[]; plan: string[] }>([
  {
    what: 'no Docker',
    plan: ['+ packages install docker-ce, or docker.io where apt has no docker-ce', START],
  },
  {
    what: 'no Docker, and a mirror',
    repo: true,
    plan: [FETCH, `+ file ${LIST}`, INSTALL, FROM, START],
  },
  {
    what: 'a mirror that is set up half',
    repo: true,
    answers: [is(aptKey(KEY), [PIN]), present(LIST)],
    plan: [`~ file ${LIST}`, INSTALL, FROM, START],
  },
  {
    what: 'a mirror with the key of somebody else',
    repo: true,
    answers: [is(aptKey(KEY), ['B'.repeat(40)])],
    plan: [FETCH, `+ file ${LIST}`, INSTALL, FROM, START],
  },
  {
    what: 'a mirror with the right key and another one',
    repo: true,
    answers: [is(aptKey(KEY), [PIN, 'B'.repeat(40)])],
    plan: [FETCH, `+ file ${LIST}`, INSTALL, FROM, START],
  },
  { what: 'Docker that runs', answers: [dockerd, running('docker.service')], plan: [] },
  { what: 'Docker that stands still', answers: [dockerd], plan: [START] },
  {
    what: 'Docker that does not start at boot',
    answers: [
      dockerd,
      is(unit('docker.service'), { loaded: true, active: 'active', enabled: false, inputs: undefined }),
    ],
    plan: [START],
  },
  { what: 'Docker from elsewhere', repo: true, answers: [dockerd, running('docker.service')], plan: [] },
])('with $what: $plan', ({ repo, answers = [], plan }) => {
  expect(shown(planStep(docker, repo ? mirrored : testWishes(), 'w1', { w1: answers }))).toEqual(plan)
})

it('the mirror’s line names architecture, key and release', () => {
  const plan = planStep(docker, mirrored, 'w1', { w1: [is(system, systemOf({ architecture: 'arm64' }))] })
  expect(fileText(plan, LIST)).toBe(`deb [arch=arm64 signed-by=${KEY}] ${REPO} jammy stable\n`)
})

it('install_docker=false leaves a machine alone', () => {
  const own = testWishes({ settings: { w1: { install_docker: false } } })
  expect(docker.hosts(own).map(({ name }) => name)).toEqual(['d1'])
})
