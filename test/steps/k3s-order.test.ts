import { expect, it } from 'vitest'
import type { Step } from '../../src/engine/step.ts'
import { node } from '../../src/facts/node.ts'
import { k3sAgent, k3sNode, k3sServer } from '../../src/steps/k3s.ts'
import { k3sSnapshot } from '../../src/steps/k3s-snapshot.ts'
import { is, shown } from '../helpers/fake-facts.ts'
import { planStep } from '../helpers/plan-step.ts'
import { hostOf, testDesired } from '../helpers/test-cluster.ts'

const desired = testDesired({ drivers: ['d1', 'd2'], workers: ['w1'] })
const ref = ({ step, host }: { step: string; host: string }) => `${step} on ${host}`
it.each<{ step: Step; host: string; needs: string[]; after: string[] }>([
  { step: k3sServer, host: 'd1', needs: [], after: [] },
  { step: k3sServer, host: 'd2', needs: ['k3s-server on d1', 'k3s-node on d1'], after: [] },
  {
    step: k3sServer,
    host: 'd3',
    needs: ['k3s-server on d1', 'k3s-node on d1', 'k3s-server on d2', 'k3s-node on d2'],
    after: [],
  },
  { step: k3sAgent, host: 'w1', needs: ['k3s-server on d1'], after: [] },
  { step: k3sNode, host: 'w1', needs: [], after: [] },
])('$step.id on $host needs $needs', ({ step, host, needs, after }) => {
  const desired = testDesired({
    drivers: ['d1', 'd2', 'd3'],
    workers: ['w1'],
  })
  expect((step.needs?.(hostOf(desired, host), desired) ?? []).map(ref)).toEqual(needs)
  expect((step.after?.(hostOf(desired, host), desired) ?? []).map(ref)).toEqual(after)
})

it.each([
  { step: k3sServer, host: 'd1', needs: ['k3s-snapshot on d1'] },
  { step: k3sServer, host: 'd2', needs: ['k3s-snapshot on d1', 'k3s-server on d1', 'k3s-node on d1'] },
  { step: k3sSnapshot, host: 'd1', needs: ['artifacts on d1', 'artifacts on d2'] },
  { step: k3sAgent, host: 'w1', needs: ['k3s-node on d1', 'k3s-node on d2'] },
])('in an upgrade $step.id on $host needs $needs', ({ step, host, needs }) => {
  const own = { ...desired, upgrade: true }
  expect((step.needs?.(hostOf(own, host), own) ?? []).map(ref)).toEqual(needs)
})

it.each<{ rounds: string[][]; host: string; needs: string[] }>([
  { rounds: [['d2'], ['d1'], ['d3']], host: 'd2', needs: [] },
  { rounds: [['d2'], ['d1'], ['d3']], host: 'd1', needs: ['d2'] },
  { rounds: [['d2'], ['d1'], ['d3']], host: 'd3', needs: ['d2', 'd1'] },
  { rounds: [['d1', 'd3'], ['d2']], host: 'd3', needs: [] },
  { rounds: [['d1', 'd3'], ['d2']], host: 'd2', needs: ['d1', 'd3'] },
])('with the rounds $rounds, $host waits until $needs are changed and Ready', ({ rounds, host, needs }) => {
  const given = testDesired({ drivers: ['d1', 'd2', 'd3'] })
  const of = (name: string) => hostOf(given, name)
  const own = { ...given, cluster: { ...given.cluster, rounds: rounds.map((round) => round.map(of)) } }
  expect((k3sServer.needs?.(of(host), own) ?? []).map(ref)).toEqual(
    needs.flatMap((name) => [`k3s-server on ${name}`, `k3s-node on ${name}`]),
  )
})

const nodeState = (ready: boolean) => ({
  ready,
  leaving: false,
  labels: {},
  version: 'v1.34.1+k3s1',
  runtime: 'containerd',
})
it.each([
  { what: 'is Ready', answer: nodeState(true), plan: [] },
  { what: 'is not Ready', answer: nodeState(false), plan: ['! wait wait until the node is Ready'] },
  {
    what: 'has another version',
    answer: { ...nodeState(true), version: 'v1.34.0+k3s1' },
    plan: ['! wait wait until the node is Ready'],
  },
  { what: 'is not there', answer: undefined, plan: ['! wait wait until the node is Ready'] },
])('a node that $what: $plan', ({ answer, plan }) => {
  expect(shown(planStep(k3sNode, desired, 'w1', { w1: [is(node('w1'), answer)] }))).toEqual(plan)
})

it('a worker asks for its node with its kubelet’s credentials, a driver with the admin’s', () => {
  const script = (host: string) => {
    const [change] = planStep(k3sNode, desired, host)
    return change?.kind === 'wait' ? change.until.reveal() : ''
  }
  expect(script('w1')).toContain(
    '--kubeconfig /var/lib/rancher/k3s/agent/kubelet.kubeconfig -n kube-node-lease get node/w1 lease/w1',
  )
  expect(script('d2')).toContain('k3s kubectl -n kube-node-lease get node/d2 lease/d2')
})
