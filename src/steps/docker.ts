import type { Change } from '../engine/change.ts'
import type { PlanContext, Step } from '../engine/step.ts'
import { aptKey } from '../facts/apt-key.ts'
import { command } from '../facts/command.ts'
import { file } from '../facts/file.ts'
import { system } from '../facts/system.ts'
import { unit } from '../facts/unit.ts'
import { rawSh, sh } from '../sh.ts'
import { template } from '../templates.ts'
import { digest } from './digest.ts'

const LIST = '/etc/apt/sources.list.d/convecthub-docker.list'
const KEY = '/etc/apt/keyrings/convecthub-docker.gpg'
const UNIT = 'docker.service'

/** Docker by docker_repo's docker-ce; without a mirror, docker-ce if apt knows it, else the distribution's own. */
export const docker: Step = {
  id: 'docker',
  title: 'Install Docker',
  hosts: ({ cluster }) => cluster.hosts.filter((host) => host.settings.install_docker),
  facts: () => [command('dockerd'), unit(UNIT), file(LIST), aptKey(KEY), system],
  plan: ({ host, facts }) => {
    const { docker_repo, docker_key } = host.settings
    if (facts.get(command('dockerd')) === undefined) return install(docker_repo, docker_key, facts)
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

function install(repo: string | undefined, key: string, facts: PlanContext['facts']): Change[] {
  const names = ['docker-ce|docker.io']
  const title = 'install docker-ce, or docker.io where apt has no docker-ce'
  if (repo === undefined) return [{ kind: 'packages', sign: '+', title, names }, start]
  const { architecture, os } = facts.get(system)
  const list = `deb [arch=${architecture} signed-by=${KEY}] ${repo} ${os.codename} stable\n`
  const listed = facts.get(file(LIST))
  return [
    ...(facts.get(aptKey(KEY)).join() === key ? [] : [fetchKey(repo, key)]),
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

/** Whoever is on the way could give another key: it counts only when it is the one key that was expected. */
function fetchKey(repo: string, key: string): Change {
  const url = `${repo}/gpg`
  return {
    kind: 'run',
    sign: '+',
    title: `${KEY} from ${url}, if it is the key ${key}`,
    timeoutMs: 60_000,
    script: sh`${rawSh(template('remote/openpgp.sh'))}
trap ${`rm -rf ${INCOMING}`} EXIT
cvh_folder ${INCOMING}
( ulimit -f 4096 && exec curl -fsS --max-time 50 -o ${`${INCOMING}/docker.asc`} ${url} )
openpgp_binary ${`${INCOMING}/docker.asc`} >${`${INCOMING}/docker.gpg`}
keys=$(openpgp_keys ${`${INCOMING}/docker.gpg`} | tr '\n' ' ')
[ "$keys" = ${`${key} `} ] || { printf '%s %s\n' ${`the key at ${url} is another one:`} "\${keys:-no key at all}" && exit 65; }
cvh_record file ${KEY}
cvh_place ${KEY} 644 <${`${INCOMING}/docker.gpg`}`,
  }
}

/** Where a key waits until it is known which one it is. */
const INCOMING = '/var/lib/convecthub/keys'
