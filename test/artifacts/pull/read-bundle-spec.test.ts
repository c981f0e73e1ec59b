import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readBundleSpec } from '../../../src/artifacts/pull/read-bundle-spec.ts'
import { type ConvecthubError, ConvecthubErrors, formatOrigin } from '../../../src/errors.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-spec-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const SMALL = `k3s: v1.36.4+k3s1
helm: v4.2.4
chart:
  version: 4.4.0
`
const put = (text: string, name = 'bundle.yaml') => writeFileSync(join(folder, name), text)

it('reads a small bundle.yaml, and fills in the rest', () => {
  put(SMALL)
  expect(readBundleSpec(folder).spec).toEqual({
    description: 'ConvectHub bundle',
    k3s: 'v1.36.4+k3s1',
    helm: 'v4.2.4',
    chart: { repo: 'https://hub.jupyter.org/helm-chart/', name: 'jupyterhub', version: '4.4.0' },
    architectures: ['amd64'],
    images: [],
    apt: [],
    mirrors: {},
  })
})

it('has another digest with other values, but not with other mirrors', () => {
  const asked = `${SMALL}values: jupyterhub.yaml\n`
  put('hub: {}\n', 'jupyterhub.yaml')
  put(asked)
  const { values, sha256 } = readBundleSpec(folder)
  expect(values).toBe(join(folder, 'jupyterhub.yaml'))
  put(`# a comment\n${asked}mirrors: {quay.io: store.lan}\n`)
  expect(readBundleSpec(folder).sha256).toBe(sha256)
  put('hub: {a: 1}\n', 'jupyterhub.yaml')
  expect(readBundleSpec(folder).sha256).not.toBe(sha256)
})

const FIELDS = 'correct it; convecthub help bundle lists the fields'

it.each([
  {
    what: 'no file',
    text: undefined,
    told: [
      'bundle.yaml cannot be read: no such file → write one, and look through it: convecthub bundle init FOLDER',
    ],
  },
  {
    what: 'a syntax error',
    text: 'k3s: [v1\nhelm: v4.2.4\n',
    told: [
      'bundle.yaml:2:1: it is not valid YAML: a ] is missing at the end of the value, or not indented → close each [ with ] and each { with }',
    ],
  },
  {
    what: 'several mistakes',
    text: `k3s: 1.36.4
helm: v4.2
chart:
  version: 4.4
  vesion: 4.4.0
architectures: [amd64, riscv]
images: [Bad Name]
gpu:
`,
    told: [
      `bundle.yaml:1:6: k3s must be a version such as v1.34.1+k3s1 → ${FIELDS}`,
      `bundle.yaml:2:7: helm must be a version such as v3.19.0 → ${FIELDS}`,
      `bundle.yaml:4:12: chart.version must be a text → ${FIELDS}`,
      `bundle.yaml:5:3: chart has an unknown field: vesion → ${FIELDS}`,
      `bundle.yaml:6:24: architectures[1] must be amd64 or arm64 → ${FIELDS}`,
      `bundle.yaml:7:10: images[0] must be the name of an image → ${FIELDS}`,
      `bundle.yaml:8:5: gpu must be a mapping → ${FIELDS}`,
    ],
  },
  {
    what: 'a chart whose name or version leads elsewhere',
    text: SMALL.replace('version: 4.4.0', 'name: ../../etc\n  version: ../4.4.0'),
    told: [
      `bundle.yaml:4:9: chart.name must be the name of a chart, such as jupyterhub → ${FIELDS}`,
      `bundle.yaml:5:12: chart.version must be a version such as 4.4.0 → ${FIELDS}`,
    ],
  },
  {
    what: 'values that are not there',
    text: `${SMALL}values: jupyterhub.yaml\n`,
    told: [
      'bundle.yaml:5:9: values: there is no file FOLDER/jupyterhub.yaml → a path counts from the folder of bundle.yaml; correct it, or take the line out',
    ],
  },
  {
    what: 'aliases of aliases',
    text: `a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}\n`,
    told: ['bundle.yaml: it has too many aliases (*name) → write the values themselves'],
  },
  {
    what: 'values that are not YAML',
    text: `${SMALL}values: bad.yaml\n`,
    told: [
      'FOLDER/bad.yaml:2:1: it is not valid YAML: a ] is missing at the end of the value, or not indented → close each [ with ] and each { with }',
    ],
  },
  {
    what: 'values that are a list',
    text: `${SMALL}values: list.yaml\n`,
    told: [
      'FOLDER/list.yaml:1:1: it must be a mapping → it must hold values for the JupyterHub chart; correct it',
    ],
  },
  {
    what: 'mirrors that lead nowhere',
    text: `${SMALL}mirrors: {a.lan: 'ftp://b.lan', c.lan: 'd e', f.lan: '', g.lan: 'http://', 'http://h.lan/x': '[::1]:5000/y'}\n`,
    told: ['a', 'c', 'f', 'g'].map((name) =>
      expect.stringMatching(
        new RegExp(
          `^bundle.yaml:5:\\d+: mirrors.${name}.lan must be an address such as store.lan/quay or http://store.lan:5000 → ${FIELDS}$`,
        ),
      ),
    ),
  },
  { what: 'an empty file', text: '', told: [`bundle.yaml: it must be a mapping → ${FIELDS}`] },
])('refuses $what', ({ text, told }) => {
  if (text !== undefined) put(text)
  put('hub: [1\n', 'bad.yaml')
  put('- 1\n', 'list.yaml')
  expect(problems()).toEqual(told)
})

it('shows the place', () => {
  put(SMALL.replace('v4.2.4', '4.2.4'))
  expect(errors()[0]?.details.evidence).toBe('helm: 4.2.4\n      ^')
})

function errors(): ConvecthubError[] {
  try {
    readBundleSpec(folder)
    return []
  } catch (error) {
    return error instanceof ConvecthubErrors ? error.errors : [error as ConvecthubError]
  }
}

function problems(): string[] {
  return errors().map(({ code, exit, message, details: { origin, hint } }) => {
    expect({ code, exit }).toEqual({ code: 'BUNDLE_YAML', exit: 'input' })
    const told = `${origin ? `${formatOrigin(origin)}: ` : ''}${message} → ${hint}`
    return told.replaceAll(`${folder}/bundle`, 'bundle').replaceAll(folder, 'FOLDER')
  })
}
