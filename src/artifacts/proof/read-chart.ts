import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'
import { mapping } from './mapping.ts'

/** More than any chart unpacks to, bytes. */
const LARGEST = 64 * 1024 * 1024

/** Size of a header in a tar archive, and what contents are filled up to. */
const BLOCK = 512

/** What a chart says of itself. */
export interface Chart {
  name?: string
  version?: string
  /** The versions of Kubernetes that it is for, such as `>=1.28.0-0`. */
  kubeVersion?: string
}

/** Reads the Chart.yaml of a packaged chart; what it does not say, or what cannot be read, is left out. */
export function readChart(path: string): Chart {
  try {
    const { name, version, kubeVersion } = mapping(
      parse(chartYaml(gunzipSync(readFileSync(path), { maxOutputLength: LARGEST }))),
    )
    const text = (key: string, value: unknown) => (typeof value === 'string' ? { [key]: value } : {})
    return { ...text('name', name), ...text('version', version), ...text('kubeVersion', kubeVersion) }
  } catch {
    return {}
  }
}

/** The text of the Chart.yaml in the archive's only folder; those of other charts in it lie deeper. */
function chartYaml(archive: Buffer): string {
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const field = (from: number, to: number) =>
      archive.toString('utf8', at + from, at + to).split('\0', 1)[0] ?? ''
    const size = Number.parseInt(field(124, 136), 8) || 0
    const start = at + BLOCK
    if (/^(\.\/)?[^/]+\/Chart\.yaml$/.test(field(0, 100)))
      return archive.toString('utf8', start, start + size)
    at = start + Math.ceil(size / BLOCK) * BLOCK
  }
  return ''
}
