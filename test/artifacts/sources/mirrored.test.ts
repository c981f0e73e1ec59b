import { expect, it } from 'vitest'
import { mirrored } from '../../../src/artifacts/sources/mirrored.ts'

it.each([
  {
    what: 'a host',
    mirrors: { 'get.helm.sh': 'store.lan/helm' },
    from: 'https://get.helm.sh/helm.tar.gz',
    to: 'https://store.lan/helm/helm.tar.gz',
  },
  {
    what: 'a host with another scheme',
    mirrors: { 'get.helm.sh': 'http://store.lan' },
    from: 'https://get.helm.sh/a?b=c',
    to: 'http://store.lan/a?b=c',
  },
  {
    what: 'a mirror for https, at https',
    mirrors: { 'https://a.example': 'b.example' },
    from: 'https://a.example/x',
    to: 'https://b.example/x',
  },
  {
    what: 'a mirror for https, at http',
    mirrors: { 'https://a.example': 'b.example' },
    from: 'http://a.example/x',
    to: 'http://a.example/x',
  },
  {
    what: 'the longer of two',
    mirrors: { 'a.example': 'short.lan', 'a.example/deep': 'long.lan', 'a.example/d': 'part.lan' },
    from: 'https://a.example/deep/x',
    to: 'https://long.lan/x',
  },
  {
    what: 'one with a scheme before one without',
    mirrors: { 'a.example': 'any.lan', 'https://a.example': 'tls.lan' },
    from: 'https://a.example/x',
    to: 'https://tls.lan/x',
  },
  {
    what: 'slashes at the ends',
    mirrors: { 'a.example/': 'b.example/' },
    from: 'https://a.example/x/',
    to: 'https://b.example/x/',
  },
  {
    what: 'the whole address',
    mirrors: { 'https://a.example/x': 'https://b.example/y' },
    from: 'https://a.example/x',
    to: 'https://b.example/y',
  },
  {
    what: 'another host that begins alike',
    mirrors: { 'quay.io': 'store.lan' },
    from: 'https://quay.io.example/x',
    to: 'https://quay.io.example/x',
  },
  {
    what: 'another port',
    mirrors: { localhost: 'store.lan' },
    from: 'http://localhost:5000/x',
    to: 'http://localhost:5000/x',
  },
  {
    what: 'half a part of the path',
    mirrors: { 'a.example/ab': 'store.lan' },
    from: 'https://a.example/abc',
    to: 'https://a.example/abc',
  },
  {
    what: 'the name of an image',
    mirrors: { 'quay.io': 'https://store.lan/quay' },
    from: 'quay.io/jupyterhub/k8s-hub:4.4.0',
    to: 'store.lan/quay/jupyterhub/k8s-hub:4.4.0',
  },
  {
    what: 'one image',
    mirrors: { 'quay.io/jupyterhub/k8s-hub': 'store.lan/hub' },
    from: 'quay.io/jupyterhub/k8s-hub:4.4.0',
    to: 'store.lan/hub:4.4.0',
  },
  { what: 'nothing', mirrors: {}, from: 'https://a.example/x/', to: 'https://a.example/x/' },
])('rewrites $what', ({ mirrors, from, to }) => {
  expect(mirrored(from, mirrors)).toBe(to)
})
