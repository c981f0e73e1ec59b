import { expect, it } from 'vitest'
import { parseImageName } from '../../../src/artifacts/images/image-name.ts'
import { registryEndpoint } from '../../../src/artifacts/images/registry-endpoint.ts'

const MIRRORS = {
  'quay.io': 'store.lan/quay/',
  'quay.io/jupyterhub': 'hub.lan:5000',
  'docker.io/': 'http://store.lan:8080/docker',
  'ghcr.io/one': 'https://[::1]:5000/one',
}

it.each([
  {
    image: 'traefik:v3',
    mirrors: {},
    address: 'https://registry-1.docker.io/v2/library/traefik',
    host: 'docker.io',
  },
  { image: 'quay.io/a/b', mirrors: {}, address: 'https://quay.io/v2/a/b', host: 'quay.io' },
  { image: 'store.lan:5000/b', mirrors: {}, address: 'https://store.lan:5000/v2/b', host: 'store.lan:5000' },
  { image: 'localhost:5000/b', mirrors: {}, address: 'http://localhost:5000/v2/b', host: 'localhost:5000' },
  { image: '127.0.0.1:5000/b', mirrors: {}, address: 'http://127.0.0.1:5000/v2/b', host: '127.0.0.1:5000' },
  { image: 'localhost.lan/b', mirrors: {}, address: 'https://localhost.lan/v2/b', host: 'localhost.lan' },
  { image: 'quay.io/a/b', mirrors: MIRRORS, address: 'https://store.lan/v2/quay/a/b', host: 'store.lan' },
  {
    image: 'quay.io/jupyterhub/b',
    mirrors: MIRRORS,
    address: 'https://hub.lan:5000/v2/b',
    host: 'hub.lan:5000',
  },
  {
    image: 'quay.io/jupyterhubs/b',
    mirrors: MIRRORS,
    address: 'https://store.lan/v2/quay/jupyterhubs/b',
    host: 'store.lan',
  },
  {
    image: 'traefik',
    mirrors: MIRRORS,
    address: 'http://store.lan:8080/v2/docker/library/traefik',
    host: 'store.lan:8080',
  },
  { image: 'ghcr.io/one/b', mirrors: MIRRORS, address: 'https://[::1]:5000/v2/one/b', host: '[::1]:5000' },
  { image: 'ghcr.io/two/b', mirrors: MIRRORS, address: 'https://ghcr.io/v2/two/b', host: 'ghcr.io' },
])('asks for $image at $address', ({ image, mirrors, address, host }) => {
  const name = parseImageName(image)
  expect(name && registryEndpoint(name, mirrors)).toMatchObject({ address, host })
})
