import type { Change } from '../engine/change.ts'
import type { PlanContext, Step } from '../engine/step.ts'
import { command } from '../facts/command.ts'
import { file } from '../facts/file.ts'
import { system } from '../facts/system.ts'
import { unit } from '../facts/unit.ts'
import { sh } from '../sh.ts'
import { digest } from './digest.ts'

const LIST = '/etc/apt/sources.list.d/convecthub-docker.list'
const KEY = '/etc/apt/keyrings/convecthub-docker.asc'
const UNIT = 'docker.service'

/** Docker by docker_repo's docker-ce; without a mirror, docker-ce if apt knows it, else the distribution's own. */
export const docker: Step = {
  id: 'docker',
  title: 'Install Docker',
  hosts: ({ cluster }) => cluster.hosts.filter((host) => host.settings.install_docker),
  facts: () => [command('dockerd'), unit(UNIT), file(LIST), file(KEY), system],
  plan: ({ host, facts }) => {
    if (facts.get(command('dockerd')) === undefined) return install(host.settings.docker_repo, facts)
    const { active, enabled } = facts.get(unit(UNIT))
    return active === 'active' && enabled ? [] : [start]
  },
}

const start: Change = {
  kind: 'run',
  sign: '!',
  title: `start ${UNIT}`,
  timeoutMs: 120_000,
  script: sh`systemctl enable --now ${UNIT}`,
}

function install(repo: string | undefined, facts: PlanContext['facts']): Change[] {
  const names = ['docker-ce|docker.io']
  const title = 'install docker-ce, or docker.io where apt has no docker-ce'
  if (repo === undefined) return [{ kind: 'packages', sign: '+', title, names }, start]
  const { architecture, os } = facts.get(system)
  const list = `deb [arch=${architecture} signed-by=${KEY}] ${repo} ${os.codename} stable\n`
  const listed = facts.get(file(LIST))
  return [
    ...(facts.get(file(KEY)) ? [] : [fetchKey(repo)]),
    ...(listed?.digest === digest(list)
      ? []
      : [
          {
            kind: 'file',
            sign: listed ? '~' : '+',
            title: LIST,
            path: LIST,
            content: list,
            mode: '644',
            ours: true,
          } as const,
        ]),
    {
      kind: 'run',
      sign: '!',
      title: 'read the package lists of docker_repo',
      timeoutMs: 300_000,
      durable: true,
      script: sh`apt-get -q update`,
    },
    { kind: 'packages', sign: '+', title: `install docker-ce from ${repo}`, names: ['docker-ce'] },
    start,
  ]
}

function fetchKey(repo: string): Change {
  return {
    kind: 'run',
    sign: '+',
    title: `${KEY} from ${repo}/gpg`,
    timeoutMs: 60_000,
    script: sh`cvh_record file ${KEY}
curl -fsS --max-time 50 ${`${repo}/gpg`} | cvh_place ${KEY} 644`,
  }
}
