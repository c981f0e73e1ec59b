import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { bundleSpecSchema, DEVICE_PLUGIN } from '../../../src/artifacts/bundle-spec.ts'
import { bundleSpecText, type SpecWishes } from '../../../src/artifacts/pull/bundle-spec-text.ts'

const NEWEST = {
  k3s: 'v1.36.4+k3s1',
  helm: 'v4.2.4',
  chart: { repo: 'https://hub.jupyter.org/helm-chart/', name: 'jupyterhub', version: '4.4.0' },
  architectures: ['amd64'],
}

it.each<{ wishes: SpecWishes; holds: object }>([
  { wishes: {}, holds: {} },
  {
    wishes: { k3s: 'v1.34.9+k3s1', helm: 'v3.21.4', chart: '4.3.0' },
    holds: { k3s: 'v1.34.9+k3s1', helm: 'v3.21.4', chart: { ...NEWEST.chart, version: '4.3.0' } },
  },
  { wishes: { gpu: true }, holds: { gpu: { devicePlugin: DEVICE_PLUGIN } } },
  { wishes: { registry: 'v3.0.1' }, holds: { registry: 'v3.0.1' } },
  { wishes: { values: 'my: values.yaml' }, holds: { values: 'my: values.yaml' } },
])('$wishes', ({ wishes, holds }) => {
  const text = bundleSpecText(wishes)
  expect(parse(text)).toEqual({ ...NEWEST, ...holds })
  bundleSpecSchema.parse(parse(text))
})

it('all that is commented out is right as well', () => {
  const text = bundleSpecText({}).replace(/^# ( *-? ?[\w.]+:(?! convecthub))/gm, '$1')
  expect(bundleSpecSchema.parse(parse(text))).toEqual({
    ...bundleSpecSchema.parse(NEWEST),
    values: '../../jupyterhub.yaml',
    images: ['quay.io/jupyter/scipy-notebook:2026-06-01'],
    gpu: { devicePlugin: DEVICE_PLUGIN },
    registry: 'v3.0.0',
    apt: [expect.objectContaining({ release: 'ubuntu-24.04' })],
    mirrors: { 'quay.io': 'store.example.com/quay' },
  })
})
