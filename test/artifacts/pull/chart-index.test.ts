import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { chartInIndex } from '../../../src/artifacts/pull/chart-index.ts'
import { ConvecthubError } from '../../../src/errors.ts'

const FROM = 'https://charts.example.com/hub/index.yaml'
const SUM = 'a'.repeat(64)
const CHART = { name: 'jupyterhub', version: '4.4.0' }
const entry = (more: object = {}) => ({
  ...{ apiVersion: 'v2', name: 'jupyterhub', version: '4.4.0' },
  ...{ digest: SUM, urls: ['jupyterhub-4.4.0.tgz'], ...more },
})
const index = (...entries: object[]) => stringify({ apiVersion: 'v1', entries: { jupyterhub: entries } })

it.each([
  { what: 'a relative address', more: {}, url: 'https://charts.example.com/hub/jupyterhub-4.4.0.tgz' },
  {
    what: 'an absolute address',
    more: { urls: ['https://cdn.example.com/a.tgz', 'https://other.example.com/a.tgz'] },
    url: 'https://cdn.example.com/a.tgz',
  },
  { what: 'a path of the host', more: { urls: ['/a.tgz'] }, url: 'https://charts.example.com/a.tgz' },
  {
    what: 'a digest with its kind',
    more: { digest: `sha256:${SUM.toUpperCase()}` },
    url: 'https://charts.example.com/hub/jupyterhub-4.4.0.tgz',
  },
])('finds a chart with $what', ({ more, url }) => {
  const text = index(entry({ version: '4.3.0', digest: 'b'.repeat(64) }), entry(more))
  expect(chartInIndex(text, FROM, CHART)).toEqual({ url, sha256: SUM })
})

const ASK = 'check chart.repo in bundle.yaml, or ask who runs the repository'

it.each([
  {
    what: 'a web page',
    text: '<html><body>404</body></html>',
    told: `is not the index of a chart repository → ${ASK}`,
  },
  { what: 'broken YAML', text: 'entries: [', told: `is not the index of a chart repository → ${ASK}` },
  {
    what: 'an index of other charts',
    text: stringify({ entries: { zulu: [entry()], binderhub: [entry()] } }),
    told: 'has no chart jupyterhub → it has: binderhub, zulu; correct chart.name in bundle.yaml',
  },
  {
    what: 'an index without the version',
    text: index(
      ...['4.3.2', '4.10.0', '4.5.0-0.dev.git.7', '3.3.8', '4.9.1', '4.3.10', '2.0.0'].map((version) =>
        entry({ version }),
      ),
    ),
    told: 'has no jupyterhub 4.4.0 → its newest versions are 4.10.0, 4.9.1, 4.3.10, 4.3.2, 3.3.8; correct chart.version in bundle.yaml',
  },
  {
    what: 'no digest',
    text: index(entry({ digest: undefined })),
    told: `has no sha256 of jupyterhub 4.4.0 → ${ASK}`,
  },
  {
    what: 'an address that leads out of the repository',
    text: index(entry({ urls: ['../../etc/passwd'] })),
    told: `names ../../etc/passwd for jupyterhub 4.4.0, which leads elsewhere → ${ASK}`,
  },
  {
    what: 'an address of another kind',
    text: index(entry({ urls: ['file:///etc/passwd'] })),
    told: `names file:///etc/passwd for jupyterhub 4.4.0, which leads elsewhere → ${ASK}`,
  },
])('refuses $what', ({ text, told }) => {
  let error: unknown
  try {
    chartInIndex(text, FROM, CHART)
  } catch (thrown) {
    error = thrown
  }
  if (!(error instanceof ConvecthubError)) throw error
  expect(error.code).toBe('BUNDLE_SOURCE')
  expect(`${error.message} → ${error.details.hint}`).toBe(`${FROM} ${told}`)
})
