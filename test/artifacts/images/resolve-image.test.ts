import { expect, it, vi } from 'vitest'
import { openRegistries } from '../../../src/artifacts/images/registries.ts'
import type { FindLogin } from '../../../src/artifacts/images/registry-logins.ts'
import { resolveImage } from '../../../src/artifacts/images/resolve-image.ts'
import { Secret } from '../../../src/secret.ts'
import { fakeRegistry, type Reply, type Request, served } from './helpers/fake-registry.ts'
import { blobOf, DOCKER, madeImage, madeIndex, OCI } from './helpers/made-image.ts'

const QUAY = 'https://quay.io/v2/a/b'
const NAME = 'quay.io/a/b:v1'
const NOBODY: FindLogin = () => undefined
const ANN: FindLogin = () => ({ user: 'ann', password: new Secret('pw') })
const ANN_BASIC = `Basic ${Buffer.from('ann:pw').toString('base64')}`

const amd64 = await madeImage(['hello'])
const arm64 = await madeImage(['hello'], { architecture: 'arm64', variant: 'v8' })
const newer = await madeImage(['newer'], { variant: 'v3' })
const windows = await madeImage(['hello'], { os: 'windows' })
const docker = await madeImage(['docker'], { types: DOCKER })
const record = {
  ...{ mediaType: OCI.image, digest: blobOf('record').digest, size: 6 },
  platform: { architecture: 'unknown', os: 'unknown' },
}
const index = madeIndex([newer, arm64, windows, amd64], { more: [record] })
const list = madeIndex([arm64, docker], { types: DOCKER })

function resolve(
  answers: Parameters<typeof fakeRegistry>[0],
  how: { logins?: FindLogin; name?: string; pinned?: string; architecture?: 'arm64' } = {},
) {
  const { http, requests } = fakeRegistry(answers)
  const registries = openRegistries({ http, logins: how.logins ?? NOBODY })
  return {
    requests,
    resolved: resolveImage(how.name ?? NAME, how.architecture ?? 'amd64', registries, how.pinned),
  }
}

it.each([
  { what: 'an OCI index', image: index, found: amd64, type: OCI.image },
  { what: 'a list of Docker', image: list, found: docker, type: DOCKER.image },
  { what: 'an OCI manifest', image: amd64, found: amd64, type: OCI.image },
  { what: 'a manifest of Docker', image: docker, found: docker, type: DOCKER.image },
])('finds the manifest for amd64 in $what', async ({ image, found, type }) => {
  const resolved = await resolve(served(QUAY, image)).resolved
  expect(resolved).toMatchObject({ name: NAME, architecture: 'amd64', digest: found.digest })
  expect(resolved.bytes).toEqual(found.bytes)
  const { config, layers, mediaType } = resolved.manifest
  expect(mediaType).toBe(type)
  expect([...found.blobs.keys()].slice(1)).toEqual([config, ...layers].map(({ digest }) => digest))
})

it('takes an arm64 image with and without its variant', async () => {
  const plain = await madeImage(['plain'], { architecture: 'arm64' })
  for (const image of [arm64, plain, madeIndex([amd64, plain]), madeIndex([amd64, arm64])]) {
    const { digest } = await resolve(served(QUAY, image), { architecture: 'arm64' }).resolved
    expect([arm64.digest, plain.digest]).toContain(digest)
  }
})

it.each([
  { what: 'an index', digest: index.digest },
  { what: 'a manifest', digest: amd64.digest },
])('asks by the digest of $what in the name, not by its tag', async ({ digest }) => {
  const { resolved, requests } = resolve(served(QUAY, index, 'other'), { name: `${NAME}@${digest}` })
  expect(await resolved).toMatchObject({ name: `${NAME}@${digest}`, digest: amd64.digest })
  expect(requests[0]?.url).toBe(`${QUAY}/manifests/${digest}`)
})

it('asks for the manifest of a lock, whatever the tag means now', async () => {
  const answers = { ...served(QUAY, index), ...served(QUAY, docker) }
  expect(await resolve(answers, { pinned: amd64.digest }).resolved).toMatchObject({ digest: amd64.digest })
  const gone = resolve(served(QUAY, docker), { pinned: amd64.digest }).resolved
  await expect(gone).rejects.toMatchObject({
    code: 'IMAGE_MISSING',
    details: { hint: expect.stringContaining('bundle pull --update') },
  })
})

it('is content with a manifest that says its kind only in the answer’s header, or not at all', async () => {
  const bare = blobOf(JSON.stringify({ ...JSON.parse(docker.bytes.toString()), mediaType: undefined }))
  const config = [...docker.blobs].slice(1, 2).map(([digest, body]) => [`${QUAY}/blobs/${digest}`, { body }])
  const answer = (headers: Record<string, string>) => ({
    ...Object.fromEntries(config),
    [`${QUAY}/manifests/v1`]: { body: bare.bytes, headers },
  })
  const told = await resolve(answer({ 'content-type': `${DOCKER.image}; charset=utf-8` })).resolved
  expect(told.manifest.mediaType).toBe(DOCKER.image)
  const untold = await resolve(answer({ 'content-type': 'text/plain' })).resolved
  expect(untold.manifest.mediaType).toBe(OCI.image)
})

const TOKENS = 'https://auth.quay.io/token'
const BEARER = {
  'www-authenticate': `Bearer realm="${TOKENS}?x=1",service="quay.io",scope="repository:a/b:pull"`,
}
const ASKED = `${TOKENS}?x=1&service=quay.io&scope=repository%3Aa%2Fb%3Apull`

/** Answers that want an Authorization header, each one that `good` accepts. */
function guarded(
  answers: Readonly<Record<string, Reply>>,
  challenge: Record<string, string>,
  good: (header: string) => boolean,
) {
  return Object.fromEntries(
    Object.entries(answers).map(([url, reply]) => [
      url,
      ({ authorization = '' }: Request) =>
        good(authorization) ? reply : { status: 401, headers: challenge },
    ]),
  )
}

it.each([
  { who: 'nobody', logins: NOBODY, shown: undefined },
  { who: 'a user', logins: ANN, shown: ANN_BASIC },
])('gets a token as $who and uses it for all of a repository', async ({ logins, shown }) => {
  const { resolved, requests } = resolve(
    {
      ...guarded(served(QUAY, index), BEARER, (header) => header === 'Bearer t1'),
      [ASKED]: { body: '{"token":"t1"}' },
    },
    { logins },
  )
  expect((await resolved).digest).toBe(amd64.digest)
  expect(requests).toEqual([
    { url: `${QUAY}/manifests/v1`, authorization: undefined },
    { url: ASKED, authorization: shown },
    { url: `${QUAY}/manifests/v1`, authorization: 'Bearer t1' },
    { url: `${QUAY}/manifests/${amd64.digest}`, authorization: 'Bearer t1' },
  ])
})

it('gives name and password where the registry wants them', async () => {
  const answers = guarded(
    served(QUAY, index),
    { 'www-authenticate': 'Basic realm="x"' },
    (header) => header === ANN_BASIC,
  )
  expect((await resolve(answers, { logins: ANN }).resolved).digest).toBe(amd64.digest)
})

it('renews a token before it ends', async () => {
  vi.useFakeTimers()
  try {
    let count = 0
    const { http, requests } = fakeRegistry({
      ...guarded(served(QUAY, amd64), BEARER, (header) => header === `Bearer t${count}`),
      [ASKED]: () => {
        count += 1
        return { body: `{"access_token":"t${count}","expires_in":300}` }
      },
    })
    const registries = openRegistries({ http, logins: NOBODY })
    await resolveImage(NAME, 'amd64', registries)
    vi.advanceTimersByTime(299_000)
    await resolveImage(NAME, 'amd64', registries)
    const ways = requests.map(({ url, authorization }) => (url === ASKED ? 'token' : authorization))
    expect(ways).toEqual([undefined, 'token', 'Bearer t1', 'Bearer t1', 'token', 'Bearer t2', 'Bearer t2'])
  } finally {
    vi.useRealTimers()
  }
})

const MANIFEST = `${QUAY}/manifests/v1`
const manifestWith = (change: object) => JSON.stringify({ ...JSON.parse(amd64.bytes.toString()), ...change })
const helmChart = {
  config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: amd64.digest, size: 1 },
}
const foreign = {
  layers: [
    { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', digest: amd64.digest, size: 1 },
  ],
}
const DENIED = { code: 'REGISTRY_DENIED' }
const FORM = { code: 'IMAGE_FORM' }

it.each([
  {
    what: 'no such tag',
    answers: {},
    error: {
      code: 'IMAGE_MISSING',
      message: `quay.io has no ${NAME}`,
      details: { evidence: 'MANIFEST_UNKNOWN' },
    },
  },
  {
    what: 'no name of an image',
    name: 'Quay.io/A B',
    answers: {},
    error: { code: 'IMAGE_MISSING', message: 'Quay.io/A B cannot be the name of an image' },
  },
  {
    what: 'a private image and no login',
    answers: { [MANIFEST]: { status: 401, headers: BEARER }, [ASKED]: { status: 401 } },
    error: {
      ...DENIED,
      message: 'quay.io does not let us read a/b',
      details: { hint: expect.stringContaining('docker login quay.io') },
    },
  },
  {
    what: 'a wrong password',
    logins: ANN,
    answers: {
      [MANIFEST]: { status: 401, headers: BEARER },
      [ASKED]: { status: 401, body: '{"errors":[{"code":"UNAUTHORIZED","message":"bad password"}]}' },
    },
    error: {
      ...DENIED,
      message: 'quay.io does not let us read a/b as ann',
      details: { evidence: 'UNAUTHORIZED: bad password' },
    },
  },
  {
    what: 'a login that may not read it',
    logins: ANN,
    answers: { [MANIFEST]: { status: 403 } },
    error: DENIED,
  },
  {
    what: 'a token that is refused',
    answers: { [MANIFEST]: { status: 401, headers: BEARER }, [ASKED]: { body: '{"token":"x"}' } },
    error: DENIED,
  },
  {
    what: 'a token server that answers with a page',
    answers: { [MANIFEST]: { status: 401, headers: BEARER }, [ASKED]: { body: '<html>' } },
    error: DENIED,
  },
  {
    what: 'a way to log in that we do not know',
    answers: { [MANIFEST]: { status: 401, headers: { 'www-authenticate': 'Negotiate' } } },
    error: DENIED,
  },
  {
    what: 'Docker Hub, which is not named in docker login',
    name: 'ann/private:v1',
    answers: { 'https://registry-1.docker.io/v2/ann/private/manifests/v1': { status: 403 } },
    error: { ...DENIED, details: { hint: expect.stringMatching(/docker login \(/) } },
  },
  {
    what: 'a place for tokens without TLS',
    logins: ANN,
    answers: {
      [MANIFEST]: { status: 401, headers: { 'www-authenticate': 'Bearer realm="http://a.lan/t"' } },
    },
    error: { ...DENIED, message: 'quay.io sends us to http://a.lan/t to log in' },
  },
  {
    what: 'an index without our platform',
    answers: served(QUAY, madeIndex([arm64, newer, windows], { more: [record] })),
    error: {
      code: 'IMAGE_PLATFORM',
      message: `${NAME} is not there for linux/amd64`,
      details: { evidence: 'there is: linux/arm64/v8, linux/amd64/v3, windows/amd64' },
    },
  },
  {
    what: 'a single image for another architecture',
    answers: served(QUAY, arm64),
    error: { code: 'IMAGE_PLATFORM', details: { evidence: 'there is: linux/arm64/v8' } },
  },
  {
    what: 'another manifest than that of the digest',
    answers: { ...served(QUAY, index), [`${QUAY}/manifests/${amd64.digest}`]: { body: arm64.bytes } },
    error: {
      code: 'IMAGE_DIGEST',
      details: { evidence: `asked for ${amd64.digest}\ngot       ${arm64.digest}` },
    },
  },
  {
    what: 'a page of a proxy',
    answers: { [MANIFEST]: { body: '<html>Please log in to the network</html>' } },
    error: {
      ...FORM,
      message: expect.stringContaining('it is not JSON'),
      details: { evidence: '<html>Please log in to the network</html>' },
    },
  },
  {
    what: 'a manifest of schema 1',
    answers: { [MANIFEST]: { body: '{"schemaVersion":1,"fsLayers":[]}' } },
    error: { ...FORM, message: expect.stringContaining('schema 1') },
  },
  {
    what: 'JSON of another form',
    answers: { [MANIFEST]: { body: '{"ok":true}' } },
    error: { ...FORM, message: expect.stringContaining('neither a manifest nor an index') },
  },
  {
    what: 'a text that is a manifest and an index',
    answers: { [MANIFEST]: { body: manifestWith({ manifests: [] }) } },
    error: { ...FORM, message: expect.stringContaining('neither a manifest nor an index') },
  },
  {
    what: 'a digest of another kind',
    answers: {
      [MANIFEST]: { body: manifestWith({ layers: [{ mediaType: OCI.layer, digest: 'md5:00', size: 1 }] }) },
    },
    error: FORM,
  },
  {
    what: 'a Helm chart',
    answers: { [MANIFEST]: { body: manifestWith(helmChart) } },
    error: {
      ...FORM,
      message: expect.stringContaining('a configuration of the kind application/vnd.cncf.helm'),
    },
  },
  {
    what: 'layers that lie elsewhere',
    answers: { [MANIFEST]: { body: manifestWith(foreign) } },
    error: {
      ...FORM,
      message: expect.stringContaining('a layer of the kind application/vnd.docker.image.rootfs.foreign'),
    },
  },
  {
    what: 'a manifest of a kind to come',
    answers: {
      [MANIFEST]: { body: manifestWith({ mediaType: 'application/vnd.oci.image.manifest.v9+json' }) },
    },
    error: {
      ...FORM,
      message: expect.stringContaining('of the kind application/vnd.oci.image.manifest.v9+json'),
    },
  },
  {
    what: 'an index in an index',
    answers: served(
      QUAY,
      madeIndex([{ ...madeIndex([amd64]), platform: { architecture: 'amd64', os: 'linux' } }]),
    ),
    error: { ...FORM, message: expect.stringContaining('its index lists another index') },
  },
])('refuses $what', async ({ answers, error, logins, name }) => {
  const { resolved } = resolve(answers as Record<string, Reply>, {
    ...(logins && { logins }),
    ...(name && { name }),
  })
  await expect(resolved).rejects.toMatchObject(error)
})

it('sends no password to a place for tokens without TLS', async () => {
  const { resolved, requests } = resolve(
    { [MANIFEST]: { status: 401, headers: { 'www-authenticate': 'Bearer realm="http://a.lan/t"' } } },
    { logins: ANN },
  )
  await expect(resolved).rejects.toMatchObject(DENIED)
  expect(requests).toEqual([{ url: MANIFEST, authorization: undefined }])
})
