import type { BundleLock } from '../artifacts/bundle-lock.ts'
import type { Chart } from '../artifacts/images/chart-in.ts'
import type { Gap } from '../artifacts/proof/gap.ts'
import type { ClusterHost } from '../cluster/cluster.ts'
import type { FindingId } from '../error-codes.ts'
import type { SeenSystem } from './bundle-machine.ts'
import { atLeast, versionNumbers } from './k3s-version.ts'

/** The newest chart of JupyterHub for each oldest Kubernetes, newest first (Chart.yaml of the releases). */
const CHARTS = [
  { newest: '4.4.0', needs: '1.28' },
  { newest: '3.3.8', needs: '1.23' },
  { newest: '2.0.0', needs: '1.20' },
  { newest: '1.2.0', needs: '1.17' },
]

/**
 * The newest Kubernetes that a Helm is made for has its minor version plus this number, by Helm's major version. The
 * three minor versions before it work as well, and nothing else (Helm docs, version support policy).
 */
const HELM_MINORS: Readonly<Record<number, number>> = { 3: 15, 4: 34 }

/** What the parts of a bundle say about each other: chart × K3s, Helm × K3s. */
export function versionGaps(
  { files, standIn }: BundleLock,
  chart: Partial<Chart> = {},
): Omit<Gap, 'machines'>[] {
  const versionOf = (kind: string) => files.find((file) => file.kind === kind)?.version ?? ''
  const [k3s, helm] = [versionOf('k3s'), versionOf('helm')]
  const needs = /^\s*>=\s*v?(\d+\.\d+(?:\.\d+)?)/.exec(chart.kubeVersion ?? '')?.[1]
  const fitting = CHARTS.find((row) => atLeast(k3s, row.needs))
  const [, minor] = versionNumbers(k3s)
  const [major, helmMinor] = versionNumbers(helm)
  const newest = helmMinor + (HELM_MINORS[major] ?? Number.NaN)
  return [
    ...(needs !== undefined && !atLeast(k3s, needs)
      ? [
          {
            level: 'error' as const,
            message: `chart ${chart.version ?? versionOf('chart')} needs Kubernetes ${needs} or newer, and the bundle has K3s ${k3s}`,
            hint: fitting
              ? `\`chart: {version: ${fitting.newest}}\` in bundle.yaml is the newest for it; or take a newer K3s`
              : 'take a newer K3s',
          },
        ]
      : []),
    // the stand-in of Helm is for every stand-in of K3s
    ...(!standIn && (minor > newest || minor < newest - 3)
      ? [
          {
            level: 'warning' as const,
            message: `Helm ${helm} is made for Kubernetes 1.${newest - 3} to 1.${newest}, and the bundle has K3s ${k3s}`,
            hint: `take the Helm of that time: ${helmFor(minor)}`,
          },
        ]
      : []),
  ]
}

function helmFor(minor: number): string {
  return Object.entries(HELM_MINORS)
    .filter(([, offset]) => minor >= offset)
    .map(([major, offset]) => `v${major}.${minor - offset}`)
    .join(' or ')
}

/** A combination of K3s and a machine that does not work, or that nobody has tried. */
interface SystemRule {
  id: FindingId
  level: Gap['level']
  wrong(k3s: string, seen: SeenSystem, host: ClusterHost): boolean
  message(k3s: string): string
  hint: string
}

/** K3s × machines. K3s is linked statically, so the C library of a machine does not matter. */
const SYSTEM_RULES: readonly SystemRule[] = [
  {
    id: 'cgroup',
    level: 'error',
    // Kubernetes 1.35: failCgroupV1 is true by default (KEP-5573)
    wrong: (k3s, { cgroup }) => cgroup === 1 && atLeast(k3s, '1.35'),
    message: (k3s) => `it has cgroup v1, with which K3s ${k3s} does not start`,
    hint: 'boot it with systemd.unified_cgroup_hierarchy=1 (kernel 5.2 or newer), take a newer system, or K3s 1.34 or older',
  },
  {
    id: 'bundle',
    level: 'warning',
    wrong: (k3s, { os }) =>
      !atLeast(k3s, '1.22') &&
      ((os.id === 'ubuntu' && Number(os.version) >= 24.04) ||
        (os.id === 'debian' && Number(os.version) >= 13)),
    message: (k3s) => `K3s ${k3s} is years older than its system, and nobody has tried the two together`,
    hint: 'take a newer K3s',
  },
  {
    id: 'bundle',
    level: 'warning',
    wrong: (k3s, _, { settings }) => settings.has_gpu && !atLeast(k3s, '1.22'),
    message: (k3s) => `it has a GPU, and K3s ${k3s} does not look for NVIDIA's container runtime`,
    hint: 'notebooks get GPUs with K3s 1.22 or newer',
  },
]

/** What is wrong with the bundle's K3s on a machine of this kind. */
export function systemGaps(
  { files, standIn }: BundleLock,
  host: ClusterHost,
  { os, cgroup, architecture }: Partial<SeenSystem> = {},
): (Gap & { id: FindingId })[] {
  if (standIn || !os || !cgroup || !architecture) return []
  const k3s = files.find(({ kind }) => kind === 'k3s')?.version ?? ''
  return SYSTEM_RULES.filter(({ wrong }) => wrong(k3s, { os, cgroup, architecture }, host)).map(
    ({ id, level, message, hint }) => ({
      id,
      level,
      message: message(k3s),
      hint,
      machines: [host.name],
    }),
  )
}
