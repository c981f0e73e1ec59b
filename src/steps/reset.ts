import type { Distribution } from '../distribution/distribution.ts'
import { DISTRIBUTIONS, distributionOf } from '../distribution/distributions.ts'
import type { Change } from '../engine/change.ts'
import type { Step } from '../engine/step.ts'
import { leftoverLines, leftovers } from '../facts/leftovers.ts'
import { type Owned, owned } from '../facts/owned.ts'
import { system } from '../facts/system.ts'
import { unit } from '../facts/unit.ts'
import { DOCKER_MARK, OWNED } from '../layout.ts'
import { joinSh, rawSh, sh } from '../sh.ts'
import { on } from '../step-ref.ts'
import { template } from '../templates.ts'
import { ownsK3s } from './artifacts.ts'
import { jupyterhub } from './jupyterhub.ts'
import { unitName } from './k3s-unit.ts'
import { leave } from './leave.ts'
import { isSourceFile } from './own-places.ts'
import { OWN_PATHS, resetHosts } from './reset-places.ts'

const ownsDocker = ({ packages }: Owned, { packages: { docker } }: Distribution) =>
  packages.some((name) => docker.includes(name))

/** Stops K3s: workers first, then the drivers, the lead last. */
export const stopK3s: Step = {
  id: 'stop-k3s',
  title: 'Stop K3s',
  hosts: resetHosts,
  ends: [jupyterhub.id],
  needs: (_host, desired) => leave.hosts(desired).map((driver) => on(leave, driver)),
  after: (host, { cluster }) => {
    const before =
      host.role === 'worker'
        ? []
        : host === cluster.lead
          ? cluster.hosts.filter((other) => other !== host)
          : cluster.workers
    return before.map((each) => on(stopK3s, each))
  },
  facts: (host) => [owned, unit(unitName(host)), leftovers(OWN_PATHS)],
  plan: (context) => {
    const { host, facts } = context
    const name = unitName(host)
    const { active, enabled, loaded } = facts.get(unit(name))
    if (!ownsK3s(facts.get(owned))) return []
    const left = leftoverLines({ ...facts.get(leftovers(OWN_PATHS)), paths: [] })
    const running = (loaded && active !== 'inactive' && active !== 'failed') || enabled
    return [...(running ? [stop(name)] : []), ...(running || left.length > 0 ? [clean(left)] : [])]
  },
}

/** Purges the packages that convecthub installed. If Docker is one of them, its link, rules and group go as well. */
export const removePackages: Step = {
  id: 'remove-packages',
  title: 'Remove packages',
  hosts: resetHosts,
  facts: () => [
    system,
    owned,
    ...DISTRIBUTIONS.flatMap(({ sources, recorded }) => [sources.listed, recorded]),
  ],
  plan: ({ facts }) => {
    const record = facts.get(owned)
    const distribution = distributionOf(facts.get(system))
    const { sources } = distribution
    const names = facts
      .get(distribution.recorded)
      .filter(distribution.isOwn)
      .map(({ name }) => name)
    if (names.length === 0) return []
    return [
      // apt refuses to work while it cannot read one of its sources
      ...sources.remove(sources.unneeded(record.files.filter(isSourceFile), facts)),
      ...(ownsDocker(record, distribution) ? [stopDocker] : []),
      {
        kind: 'run',
        sign: '-',
        title: `purge ${names.join(', ')}`,
        timeoutMs: 30 * 60_000,
        durable: true,
        script: joinSh([
          distribution.purge(names),
          sh`code=$?
[ "$code" = 0 ] || exit "$code"
${ownsDocker(record, distribution) ? REMOVE_GROUP : rawSh(':')}
sed -i '/^package /d' ${OWNED}`,
        ]),
      },
    ]
  },
}

function stop(name: string): Change {
  return {
    kind: 'run',
    sign: '-',
    title: `stop and disable ${name}`,
    timeoutMs: 120_000,
    // K3s exits 1 when it is stopped, so systemd marks the unit as failed
    script: sh`systemctl disable --now ${name}
systemctl reset-failed ${name} 2>/dev/null || :`,
  }
}

function clean(left: readonly string[]): Change {
  const links = left.filter((line) => line.startsWith('link ')).map((line) => line.slice(5))
  return {
    kind: 'run',
    sign: '-',
    title: `end pods and K3s's processes; remove mounts, links${links.length > 0 ? ` (${links.slice(0, 2).join(', ')})` : ''} and iptables rules`,
    timeoutMs: 180_000,
    script: joinSh([
      rawSh('set +e'),
      rawSh(template('remote/of-k3s.sh')),
      rawSh(template('remote/traces.sh')),
      rawSh(template('remote/remove-traces.sh')),
    ]),
  }
}

/** The package leaves its group behind. A group with members is kept. */
const REMOVE_GROUP = sh`case $(getent group docker) in *:) groupdel docker ;; esac`

const stopDocker: Change = {
  kind: 'run',
  sign: '-',
  title: 'stop Docker, remove its link and rules',
  timeoutMs: 120_000,
  script: sh`cvh_record file ${DOCKER_MARK}
systemctl disable --now docker.socket docker.service containerd.service 2>/dev/null || :
ip link delete docker0 2>/dev/null || :
for command in iptables ip6tables; do
  command -v "$command-save" >/dev/null || continue
  "$command-save" | grep -v DOCKER-USER | grep -vE 'DOCKER(-ISOLATION-STAGE-[12]|-FORWARD|-BRIDGE|-CT|-INTERNAL)?( |$)' | grep -v docker0 | "$command-restore"
done`,
}
