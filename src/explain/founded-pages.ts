import { RANCHER, STORAGE } from '../layout.ts'
import type { Pages } from './page.ts'

/** Pages for findings about a cluster that is there. Those that would harm it cannot be ignored. */
export const FOUNDED_PAGES = {
  token: {
    means:
      'The cluster was founded with another convect_token. Its data is encrypted by that one, and K3s would not start again.',
    causes: 'The token was changed in the inventory, or the inventory is of another cluster.',
    fix: `Put the old token back. On a driver it stands behind \`server:\` in ${RANCHER}/k3s/server/token.`,
  },
  'member-address': {
    means: 'A driver is a member of etcd at another address than the one it would get now.',
    causes: 'Its network was changed, or my_iface was.',
    fix: 'Give it the old address back. Or take it out with `convecthub reset --limit NAME` and let it join again.',
  },
  role: {
    means: 'A machine is a driver in the inventory and a worker in the cluster, or the other way around.',
    causes: 'Its line was moved to another group.',
    fix: 'Put it back, run `convecthub reset --limit NAME`, then move it and run provision.',
  },
  datastore: {
    means:
      'The cluster keeps its data in sqlite, which only one driver can use, and its K3s is too old to move to etcd.',
    causes: 'A driver was added to a cluster of K3s before 1.22.2.',
    fix: 'Keep one driver, or found the cluster again with a newer K3s.',
  },
  'stand-in': {
    means: 'The machine runs the stand-ins of the lab and the bundle is real, or the other way around.',
    causes: 'The wrong bundle in shared/bin.',
    fix: 'Give the bundle that the cluster was made with by `--bundle FOLDER`, or reset it first.',
  },
  'k3s-version': {
    means: 'The bundle has another K3s than the cluster.',
    causes:
      'A new bundle. An upgrade is made only when asked for, one minor version at a time, and never back.',
    fix: 'For a newer one: `convecthub provision --upgrade`, which takes a snapshot first. Otherwise use a bundle with the version that the hint names.',
  },
  'two-clusters': {
    means: 'Drivers of this inventory belong to different clusters.',
    causes: 'Machines of two sites in one inventory, or two first runs with different drivers.',
    fix: 'One inventory is one cluster: take the machines of the other out, or reset them.',
  },
  founder: {
    means:
      'There is no cluster yet, and a driver that may hold one did not answer. Founding another could make two.',
    causes: 'A driver is off or not reachable.',
    fix: 'Run it again when all drivers answer, or take those that are gone out of the inventory.',
  },
  'leaving-node': {
    means: 'The cluster was told to remove the node of this machine and has not finished.',
    causes: 'A reset that was stopped, or pods that do not end.',
    fix: '`convecthub reset --limit NAME` goes on with it. Then the machine can join.',
  },
  'lost-node': {
    means: 'The machine holds nothing of the cluster, but the cluster still has a node by its name.',
    causes: 'The machine was reinstalled or replaced.',
    fix: '`convecthub reset --limit NAME` takes the old node out of the cluster. Then the machine can join.',
  },
  'kept-data': {
    means:
      "Users' data of an earlier cluster is on the machine. A new cluster does not take it up, and its users start with empty homes.",
    causes: 'A reset without `--delete-data`, which keeps it.',
    fix: `Copy what people need from ${STORAGE}. \`convecthub reset --delete-data\` removes it.`,
  },
  record: {
    means: 'The record of what convecthub installed has something that it never installs. It is left alone.',
    causes: 'Only root on that machine can have written it there.',
    fix: 'See whether it is needed, and remove it by hand if not.',
  },
} as const satisfies Pages
