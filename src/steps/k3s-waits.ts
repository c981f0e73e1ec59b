import type { ClusterHost } from '../cluster/cluster.ts'
import type { Change, WaitChange } from '../engine/change.ts'
import type { PlanContext } from '../engine/step.ts'
import { K3S, KUBELET_CONFIG, keptFolder, NO_RESTART_FOLDER } from '../layout.ts'
import { type Script, sh } from '../sh.ts'
import { bundledK3s } from './artifacts.ts'
import { unitName } from './k3s-unit.ts'
import { PUT_BACK_MS, putBack } from './kept-files.ts'

/** How long K3s may take from its start to a Ready node, ms, besides importing images; and how fast the slowest disk does that. */
const READY_MS = 180_000
const IMPORT_BYTES_PER_MS = 10_000

/**
 * Starts without waiting for K3s, as `systemctl start` would for ever for one that never gets ready; only until its
 * process is there, by the inputs in its environment.
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

/** For a K3s that runs, and would not after the next boot. */
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

/** For one whose leaving was begun and given up, see noRestart. */
export function restartAgain(name: string): Change {
  const script = sh`rm -rf -- ${NO_RESTART_FOLDER}
systemctl daemon-reload`
  return { kind: 'run', sign: '~', title: `${name}: start it again when it ends`, timeoutMs: 30_000, script }
}

/** Agents need no more than this to join. */
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
 * The unit says that it is up before the kubelet is (a joining server some 20 s before), so the Node is asked. Its kubelet
 * must have said so since the process was started, in the version that is wanted. A server counts once it is an etcd
 * voter, which newer K3s tells by a condition; the next one may then join. What worked before is then kept no longer.
 */
export function waitReady(context: PlanContext): Change {
  const { host, bundle } = context
  const name = unitName(host)
  const { version = '' } = bundledK3s(context) ?? {}
  const images = (bundle?.files ?? []).filter(
    ({ kind, roles }) => kind === 'images' && roles.includes(host.role),
  )
  const bytes = images.reduce((sum, { size }) => sum + size, 0)
  return {
    kind: 'wait',
    sign: '!',
    title: `wait until node ${host.nodeName} is Ready`,
    // the kubelet waits until K3s has imported its images, which it does at each start
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

/** Exits with 1 and says why where a Node is not Ready by the word of its kubelet since K3s was started; $said is the answer. */
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

/** What worked before runs again, where it was kept. */
function undo(host: ClusterHost): NonNullable<WaitChange['undo']> {
  return { script: putBack(unitName(host), isReady(host)), timeoutMs: PUT_BACK_MS }
}

/** How often systemd has started a unit anew by itself until now, for giveUp. */
function restartsOf(name: string): Script {
  return sh`cvh_restarts=$(systemctl show -p NRestarts ${name} | sed 's/^[^=]*=//')`
}

/** Ends a wait for a unit that systemd has to start anew again and again: it will not come up by waiting. */
function giveUp(name: string): Script {
  return sh`now=$(systemctl show -p NRestarts ${name} | sed 's/^[^=]*=//')
[ "\${now:-0}" -lt $((\${cvh_restarts:-0} + 3)) ] || exit 70`
}

/** Since it was started by us, the lines that name a cause first, then the last ones; of modprobe K3s's units do not mind a refusal. */
function journal(name: string): Script {
  return sh`since=$(TZ=UTC systemctl show -p InactiveExitTimestamp ${name} | sed 's/^[^=]*=//')
journalctl -q --no-pager -o cat -n 500 --since "\${since:-today}" -u ${name} | grep -E '^(panic|fatal error):|level=(fatal|error)' | tail -n 6
journalctl -q --no-pager -o cat -n 30 --since "\${since:-today}" -u ${name} | grep -v '^modprobe: ' | tail -n 8`
}
