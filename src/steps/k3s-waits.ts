import type { ClusterHost } from '../cluster/cluster.ts'
import type { Change, WaitChange } from '../engine/change.ts'
import type { PlanContext } from '../engine/step.ts'
import { K3S, KUBELET_CONFIG, keptFolder, NO_RESTART_FOLDER } from '../layout.ts'
import { type Script, sh } from '../sh.ts'
import { bundledK3s } from './artifacts.ts'
import { unitName } from './k3s-unit.ts'
import { PUT_BACK_MS, putBack } from './kept-files.ts'
import { nodeArtifacts } from './node-artifacts.ts'

/** How long K3s may take from its start to a Ready node, without importing images, ms. */
const READY_MS = 180_000

/** How fast the slowest disk imports images. */
const IMPORT_BYTES_PER_MS = 10_000

/**
 * Starts or restarts the unit, and waits only until its process runs with the new inputs in its environment. A plain
 * `systemctl start` would wait for ever for a K3s that never gets ready.
 */
export function startUnit(host: ClusterHost, env: string, active: boolean): Change {
  const name = unitName(host)
  const back = undo(host)
  return {
    kind: 'service',
    unit: name,
    sign: active ? '~' : '!',
    title: `${active ? 'restart' : 'start'} ${name}`,
    timeoutMs: 90_000 + back.timeoutMs,
    script: sh`systemctl daemon-reload
systemctl enable ${name}
systemctl reset-failed ${name} 2>/dev/null || :
systemctl restart --no-block ${name}
${restartsOf(name)}
k3s_runs() {
  ${giveUp(name)}
  pid=$(cvh_unit_pid ${name})
  [ "\${pid:-0}" != 0 ] && tr '\\0' '\\n' <"/proc/$pid/environ" | grep -qxF -f ${env}
}
cvh_wait 60 k3s_runs || { code=$?
${journal(name)}
${back.script}
exit "$code"; }`,
  }
}

/** Enables a unit that runs but would not start at boot. */
export function enableUnit(name: string): Change {
  const script = sh`systemctl enable ${name}`
  return {
    kind: 'run',
    sign: '~',
    title: `enable ${name}, to start with the machine`,
    timeoutMs: 30_000,
    script,
  }
}

/** Undoes noRestart, for a machine whose reset was started but not finished. */
export function allowRestart(name: string): Change {
  const script = sh`rm -rf -- ${NO_RESTART_FOLDER}
systemctl daemon-reload`
  return { kind: 'run', sign: '~', title: `${name}: start it again when it ends`, timeoutMs: 30_000, script }
}

/** Waits for the Kubernetes API; agents can join as soon as it answers. */
export function waitApi(host: ClusterHost): Change {
  const name = unitName(host)
  return {
    kind: 'wait',
    sign: '!',
    title: 'wait until the Kubernetes API answers',
    timeoutMs: READY_MS,
    begin: restartsOf(name),
    until: sh`${giveUp(name)}
timeout 15 ${K3S} kubectl get --raw /readyz`,
    evidence: journal(name),
    undo: undo(host),
  }
}

/**
 * Waits for the Node, since the unit is up before the kubelet is (about 20 s for a joining server). The Node must be
 * Ready in the wanted version, with a heartbeat since the process started. A server must also be an etcd voter, which
 * newer K3s shows as a condition, before the next one may join. Then the backup of the old files is deleted.
 */
export function waitReady(context: PlanContext): Change {
  const { host } = context
  const name = unitName(host)
  const { version = '' } = bundledK3s(context) ?? {}
  const images = nodeArtifacts(host, context).filter(({ kind }) => kind === 'images')
  const bytes = images.reduce((sum, { size }) => sum + size, 0)
  return {
    kind: 'wait',
    sign: '!',
    title: 'wait until the node is Ready',
    // K3s imports its images at each start, and the kubelet waits for that
    timeoutMs: READY_MS + Math.ceil(bytes / IMPORT_BYTES_PER_MS / 1000) * 1000,
    begin: restartsOf(name),
    until: sh`${giveUp(name)}
${isReady(host)}
printf '%s\n' "$said" | grep -qF ${`"kubeletVersion":"${version}"`} || { echo ${`the kubelet is not that of K3s ${version}`}
exit 1; }
rm -rf -- ${keptFolder(name)}`,
    evidence: journal(name),
    undo: undo(host),
  }
}

/** Exits 1 with the reason unless the Node is Ready, with a heartbeat since K3s started. Leaves the answer in $said. */
function isReady(host: ClusterHost): Script {
  const kubectl =
    host.role === 'driver' ? sh`${K3S} kubectl` : sh`${K3S} kubectl --kubeconfig ${KUBELET_CONFIG}`
  return sh`since=$(TZ=UTC systemctl show -p ExecMainStartTimestamp ${unitName(host)} | sed 's/^[^=]*=//')
since=$(date -u -d "$since" +%Y-%m-%dT%H:%M:%S) || exit 1
said=$(timeout 15 ${kubectl} -n kube-node-lease get ${`node/${host.nodeName}`} ${`lease/${host.nodeName}`} -o json | tr -d ' \n')
renewed=$(printf '%s\n' "$said" | grep -o '"renewTime":"[^".Z]*' | cut -c 14-)
expr "x$renewed" '>' "x$since" >/dev/null || { echo "the kubelet has not been heard since K3s was started, $since"
exit 1; }
conditions=$(printf '%s\n' "$said" | grep -o '{[^{}]*"type":"[A-Za-z]*"[^{}]*}')
printf '%s\n' "$conditions" | grep '"type":"Ready"' | grep '"status":"True"' || exit 1
! printf '%s\n' "$conditions" | grep '"type":"EtcdIsVoter"' | grep '"status":"False"' || exit 1`
}

/** Goes back to the files that worked before, if they were kept. */
function undo(host: ClusterHost): NonNullable<WaitChange['undo']> {
  return { script: putBack(unitName(host), isReady(host)), timeoutMs: PUT_BACK_MS }
}

/** Notes how often systemd has restarted a unit by itself so far, for giveUp. */
function restartsOf(name: string): Script {
  return sh`cvh_restarts=$(systemctl show -p NRestarts ${name} | sed 's/^[^=]*=//')`
}

/** Ends a wait with 70 once systemd has restarted the unit 3 times: waiting longer will not help. */
function giveUp(name: string): Script {
  return sh`now=$(systemctl show -p NRestarts ${name} | sed 's/^[^=]*=//')
[ "\${now:-0}" -lt $((\${cvh_restarts:-0} + 3)) ] || exit 70`
}

/** The unit's log since its last start: lines that name a cause, then the last ones. modprobe may fail harmlessly. */
function journal(name: string): Script {
  return sh`since=$(TZ=UTC systemctl show -p InactiveExitTimestamp ${name} | sed 's/^[^=]*=//')
journalctl -q --no-pager -o cat -n 500 --since "\${since:-today}" -u ${name} | grep -E '^(panic|fatal error):|level=(fatal|error)' | tail -n 6
journalctl -q --no-pager -o cat -n 30 --since "\${since:-today}" -u ${name} | grep -v '^modprobe: ' | tail -n 8`
}
