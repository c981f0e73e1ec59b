import { expect, it } from 'vitest'
import { proxyFor } from '../../../src/artifacts/sources/proxy-for.ts'

const P = 'http://proxy.lan:3128'
const HTTPS = 'https://get.helm.sh/x'
const HTTP = 'http://get.helm.sh/x'

it.each([
  { url: HTTPS, env: {}, by: undefined },
  { url: HTTPS, env: { https_proxy: P }, by: 'https_proxy http://proxy.lan:3128' },
  { url: HTTPS, env: { HTTPS_PROXY: P }, by: 'HTTPS_PROXY http://proxy.lan:3128' },
  {
    url: HTTPS,
    env: { HTTPS_PROXY: 'http://upper.lan', https_proxy: P },
    by: 'https_proxy http://proxy.lan:3128',
  },
  { url: HTTPS, env: { https_proxy: '', ALL_PROXY: P }, by: 'ALL_PROXY http://proxy.lan:3128' },
  { url: HTTPS, env: { http_proxy: P }, by: undefined },
  { url: HTTP, env: { http_proxy: P }, by: 'http_proxy http://proxy.lan:3128' },
  { url: HTTP, env: { HTTP_PROXY: P }, by: undefined },
  { url: HTTP, env: { all_proxy: P, https_proxy: 'http://x' }, by: 'all_proxy http://proxy.lan:3128' },
  { url: HTTPS, env: { https_proxy: 'proxy.lan:8080' }, by: 'https_proxy http://proxy.lan:8080' },
  { url: HTTPS, env: { https_proxy: 'https://proxy.lan:8443/' }, by: 'https_proxy https://proxy.lan:8443' },
  {
    url: HTTPS,
    env: { https_proxy: 'http://me:p%40ss%@proxy.lan:3128' },
    by: `https_proxy http://proxy.lan:3128 Basic ${btoa('me:p%40ss%')}`,
  },
  {
    url: HTTPS,
    env: { https_proxy: 'me:p%40ss@proxy.lan:3128' },
    by: `https_proxy http://proxy.lan:3128 Basic ${btoa('me:p@ss')}`,
  },
])('asks $url with $env by $by', ({ url, env, by }) => {
  const proxy = proxyFor(new URL(url), env)
  expect(
    proxy && [proxy.variable, proxy.url.origin, proxy.authorization?.reveal()].filter(Boolean).join(' '),
  ).toBe(by)
})

it.each([
  { list: '*', url: HTTPS, direct: true },
  { list: 'get.helm.sh', url: HTTPS, direct: true },
  { list: 'HELM.sh', url: HTTPS, direct: true },
  { list: '.helm.sh', url: HTTPS, direct: true },
  { list: '*.helm.sh', url: HTTPS, direct: true },
  { list: 'elm.sh', url: HTTPS, direct: false },
  { list: 'a.example, get.helm.sh', url: HTTPS, direct: true },
  { list: 'a.example get.helm.sh', url: HTTPS, direct: true },
  { list: 'get.helm.sh:443', url: HTTPS, direct: true },
  { list: 'get.helm.sh:8443', url: HTTPS, direct: false },
  { list: '10.1.2.3', url: 'https://10.1.2.3:8443/x', direct: true },
  { list: '10.0.0.0/8', url: 'https://10.1.2.3/x', direct: true },
  { list: '10.0.0.0/8', url: 'https://11.1.2.3/x', direct: false },
  { list: '10.0.0.0/99', url: 'https://10.1.2.3/x', direct: false },
  { list: 'fd00::/8', url: 'https://[fd12::1]/x', direct: true },
  { list: 'fd12::1', url: 'https://[fd12::1]/x', direct: true },
  { list: '[fd12::1]', url: 'https://[fd12::1]/x', direct: true },
  { list: '2.3', url: 'https://10.1.2.3/x', direct: false },
  { list: ' ,', url: HTTPS, direct: false },
])('no_proxy=$list asks $url directly: $direct', ({ list, url, direct }) => {
  expect(proxyFor(new URL(url), { https_proxy: P, no_proxy: list }) === undefined).toBe(direct)
  expect(proxyFor(new URL(url), { https_proxy: P, NO_PROXY: list }) === undefined).toBe(direct)
})

it.each(['socks5://me:secret@proxy.lan', 'http://', 'me:secret@pro xy'])('refuses the proxy %s', (value) => {
  expect(() => proxyFor(new URL(HTTPS), { https_proxy: value })).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: 'the variable https_proxy is not the address of an HTTP proxy',
    }),
  )
})
