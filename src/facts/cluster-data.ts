import { K3S, K3S_CONFIG, SERVER_DATA, UNITS } from '../layout.ts'
import { rawSh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** What a machine has of a cluster, whether or not K3s is running. Undefined fields: the machine does not have it. */
export interface ClusterData {
  /** The datastore of a server. */
  datastore: 'etcd' | 'sqlite' | undefined
  /** The hash of the cluster's certificate authority, which K3s writes in front of its tokens (K3s docs, cli/token). */
  caHash: string | undefined
  /** sha256, in hex, of the token that the cluster was founded with. */
  tokenDigest: string | undefined
  /** `node-ip` in the K3s configuration; for a server its address as an etcd member. */
  nodeIp: string | undefined
  /** `server` in the K3s configuration: the server that it joined through. Undefined if it founded the cluster. */
  server: string | undefined
  /** The role that K3s is installed for. */
  role: 'driver' | 'worker' | undefined
  /** Version of the installed K3s, such as `v1.34.1+k3s1`. */
  version: string | undefined
  /** Whether the installed K3s is the lab's stand-in. */
  standIn: boolean
}

const SCRIPT = `
server=${SERVER_DATA}
if [ -d $server/db/etcd/member ]; then echo datastore=etcd
elif [ -f $server/db/state.db ]; then echo datastore=sqlite; fi
if [ -s $server/token ]; then
  sed -n 's/^K10\\([0-9a-f]\\{64\\}\\)::.*/ca=\\1/p' $server/token
  printf 'token=%s\\n' "$(sed -n 's/^K10[0-9a-f]*::server://p' $server/token | tr -d '\\n' | sha256sum | cut -c 1-64)"
fi
sed -n 's/^node-ip: \\([0-9.]*\\)$/ip=\\1/p' ${K3S_CONFIG}
sed -n 's#^server: \\(https://[0-9.]*:6443\\)$#server=\\1#p' ${K3S_CONFIG}
[ ! -f ${UNITS}/k3s.service ] || echo role=driver
[ ! -f ${UNITS}/k3s-agent.service ] || echo role=worker
if [ -x ${K3S} ]; then
  said=$(timeout 15 ${K3S} --version)
  printf '%s\\n' "$said" | sed -n 's/^k3s version \\(v[0-9A-Za-z.+-]*\\).*/version=\\1/p'
  case $said in *'(stand-in)'*) echo stand-in=yes ;; esac
fi`

export const clusterData = singleFact<ClusterData>('cluster-data', rawSh(SCRIPT), (output) => {
  const value = (name: string) => {
    const found = output.split('\n').find((line) => line.startsWith(`${name}=`))
    return found?.slice(name.length + 1) || undefined
  }
  const oneOf = <T extends string>(name: string, ...allowed: readonly T[]) =>
    allowed.find((known) => known === value(name))
  const hash = (name: string) => /^[0-9a-f]{64}$/.exec(value(name) ?? '')?.[0]
  return {
    datastore: oneOf('datastore', 'etcd', 'sqlite'),
    caHash: hash('ca'),
    tokenDigest: hash('token'),
    nodeIp: value('ip'),
    server: value('server'),
    role: oneOf('role', 'driver', 'worker'),
    version: value('version'),
    standIn: value('stand-in') !== undefined,
  }
})
