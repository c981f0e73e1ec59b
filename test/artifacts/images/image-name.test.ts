import { expect, it } from 'vitest'
import { fullImageName, parseImageName } from '../../../src/artifacts/images/image-name.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

it.each([
  ['traefik', 'docker.io/library/traefik:latest'],
  ['rancher/mirrored-pause:3.6', 'docker.io/rancher/mirrored-pause:3.6'],
  ['index.docker.io/rancher/pause:3.1', 'docker.io/rancher/pause:3.1'],
  ['quay.io/jupyterhub/k8s-hub:4.4.0', 'quay.io/jupyterhub/k8s-hub:4.4.0'],
  ['localhost/own:1', 'localhost/own:1'],
  ['localhost:5000/own', 'localhost:5000/own:latest'],
  ['reg:5000/ns/own:v1', 'reg:5000/ns/own:v1'],
  ['10.0.0.5:5000/ns/own:v1', '10.0.0.5:5000/ns/own:v1'],
  [`quay.io/a/b@${DIGEST}`, `quay.io/a/b@${DIGEST}`],
  [`quay.io/a/b:1@${DIGEST}`, `quay.io/a/b:1@${DIGEST}`],
])('%s is %s', (text, full) => {
  expect(fullImageName(text)).toBe(full)
})

it.each(['', 'UPPER/case', 'a b', 'quay.io/', 'quay.io/a:', 'a@sha256:12', '-x', 'a/../b'])(
  '%j is no name of an image',
  (text) => {
    expect(parseImageName(text)).toBeUndefined()
  },
)
