import { execFileSync } from 'node:child_process'
import { createSign, X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blobFolder } from '../../../src/artifacts/images/blob-folder.ts'
import { imagesIn } from '../../../src/artifacts/images/images-in.ts'
import { pullImage } from '../../../src/artifacts/images/pull-image.ts'
import { openRegistries } from '../../../src/artifacts/images/registries.ts'
import { readLogins } from '../../../src/artifacts/images/registry-logins.ts'
import { resolveImage } from '../../../src/artifacts/images/resolve-image.ts'
import { fetchHttp } from './helpers/fetch-http.ts'
import { DOCKER, madeImage, madeIndex } from './helpers/made-image.ts'
import { ANN, REGISTRY_PROGRAM, type RealRegistry, startRegistry } from './helpers/real-registry.ts'

const isInstalled = existsSync(REGISTRY_PROGRAM)
const hasDocker = dockerWorks()

let folder: string
let registry: RealRegistry | undefined
let tokens: Server | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'registry-'))
})
afterEach(async () => {
  await registry?.stop()
  tokens?.close()
  registry = tokens = undefined
  rmSync(folder, { recursive: true })
})

const at = (name: string) => join(folder, name)

const amd64 = await madeImage(['hello', 'world'])
const arm64 = await madeImage(['hello'], { architecture: 'arm64', variant: 'v8' })
const docker = await madeImage(['docker'], { types: DOCKER })
const index = madeIndex([arm64, amd64])
const list = madeIndex([docker, await madeImage(['x'], { types: DOCKER, architecture: 'arm64' })], {
  types: DOCKER,
})

/** Registries as `bundle pull` opens them, with a file of docker login. */
function opened(host?: string, { user, password } = ANN) {
  const auth = Buffer.from(`${user}:${password}`).toString('base64')
  writeFileSync(at('config.json'), JSON.stringify({ auths: host ? { [host]: { auth } } : {} }))
  return openRegistries({ http: fetchHttp, logins: readLogins({ DOCKER_CONFIG: folder }) })
}

async function pull(name: string, path: string, registries = opened()) {
  const fetchBlob = blobFolder(at('blobs'), registries, pLimit(3))
  return pullImage(await resolveImage(name, 'amd64', registries), path, fetchBlob)
}

describe.skipIf(!isInstalled)('a real registry (docker-registry)', () => {
  it.each([
    { what: 'an OCI index', image: index, found: amd64 },
    { what: 'a list of Docker', image: list, found: docker },
    { what: 'an OCI manifest', image: amd64, found: amd64 },
    { what: 'a manifest of Docker', image: docker, found: docker },
  ])('gives $what, from which an archive is made', async ({ image, found }) => {
    registry = await startRegistry(folder)
    await registry.push('team/hello', image, 'v1')
    const name = `${registry.host}/team/hello:v1`
    const pulled = await pull(name, at('x.tar'))
    expect(pulled).toMatchObject({
      image: { name, digest: found.digest },
      size: readFileSync(at('x.tar')).length,
    })
    expect(await imagesIn(at('x.tar'), 'amd64')).toMatchObject({
      ...{ format: 'oci', architectures: ['amd64'], images: [{ name, digest: found.digest }] },
    })
    expect(await imagesIn(at('x.tar'), 'arm64')).toMatchObject({ images: [] })
    const pinned = await pull(`${registry.host}/team/hello@${image.digest}`, at('y.tar'))
    expect(pinned.image.digest).toBe(found.digest)
  })

  it('says what is not there', async () => {
    registry = await startRegistry(folder)
    await registry.push('team/hello', arm64, 'v1')
    const name = `${registry.host}/team/hello`
    await expect(pull(`${name}:v2`, at('x.tar'))).rejects.toMatchObject({
      ...{ code: 'IMAGE_MISSING', details: { evidence: 'MANIFEST_UNKNOWN: manifest unknown' } },
    })
    await expect(pull(`${name}:v1`, at('x.tar'))).rejects.toMatchObject({
      ...{ code: 'IMAGE_PLATFORM', details: { evidence: 'there is: linux/arm64/v8' } },
    })
    expect(existsSync(at('x.tar'))).toBe(false)
  })

  it('lets in who has a name and a password', async () => {
    registry = await startRegistry(folder, { htpasswd: { realm: 'x', path: 'HTPASSWD' } })
    await registry.push('team/hello', index, 'v1')
    const { host } = registry
    const name = `${host}/team/hello:v1`
    expect((await pull(name, at('x.tar'), opened(host))).image.digest).toBe(amd64.digest)
    await expect(pull(name, at('y.tar'))).rejects.toMatchObject({
      ...{ code: 'REGISTRY_DENIED', details: { hint: expect.stringContaining(`docker login ${host}`) } },
    })
    await expect(pull(name, at('y.tar'), opened(host, { ...ANN, password: 'no' }))).rejects.toMatchObject({
      ...{ code: 'REGISTRY_DENIED', message: `${host} does not let us read team/hello as ann` },
    })
  })

  it('lets in who has a token', async () => {
    // the images are there before the registry wants tokens
    registry = await startRegistry(folder)
    await registry.push('team/hello', index, 'v1')
    await registry.stop()
    const { address, asked } = await startTokens()
    const token = { realm: address, service: 'tests', issuer: 'tests', rootcertbundle: at('cert.pem') }
    registry = await startRegistry(folder, { token })
    const { host } = registry
    const name = `${host}/team/hello:v1`
    expect((await pull(name, at('x.tar'), opened(host))).image.digest).toBe(amd64.digest)
    expect(asked).toEqual(['ann pull team/hello'])
    await expect(pull(name, at('y.tar'))).rejects.toMatchObject({ code: 'REGISTRY_DENIED' })
  })

  it.skipIf(!hasDocker)('and docker load takes the archive', async () => {
    registry = await startRegistry(folder)
    const found: string[] = []
    for (const [repository, image] of Object.entries({ oci: index, docker: list })) {
      await registry.push(repository, image, 'v1')
      const name = `${registry.host}/${repository}:v1`
      await pull(name, at('x.tar'))
      try {
        execFileSync('docker', ['load', '-q', '-i', at('x.tar')], { stdio: 'pipe' })
        const [inspected] = JSON.parse(
          execFileSync('docker', ['image', 'inspect', name], { encoding: 'utf8' }),
        )
        found.push(
          `${inspected.RepoTags} ${inspected.Architecture} ${inspected.RootFS.Layers.length} ${inspected.Config.Cmd}`,
        )
      } finally {
        execFileSync('docker', ['image', 'rm', '-f', name], { stdio: 'pipe' })
      }
    }
    const { host } = registry
    expect(found).toEqual([`${host}/oci:v1 amd64 2 /hello`, `${host}/docker:v1 amd64 1 /hello`])
  })

  it.skipIf(!hasDocker)('and archives of docker save are read', async () => {
    registry = await startRegistry(folder)
    await registry.push('oci', index, 'v1')
    const name = `${registry.host}/oci:v1`
    await pull(name, at('x.tar'))
    try {
      execFileSync('docker', ['load', '-q', '-i', at('x.tar')], { stdio: 'pipe' })
      execFileSync('docker', ['save', '-o', at('saved.tar'), name], { stdio: 'pipe' })
    } finally {
      execFileSync('docker', ['image', 'rm', '-f', name], { stdio: 'pipe' })
    }
    expect(await imagesIn(at('saved.tar'), 'amd64')).toMatchObject({
      ...{ kind: 'images', architectures: ['amd64'], images: [{ name }], nameless: [] },
    })
  })
})

it.skipIf(isInstalled)(
  'skips the tests with a real registry, because docker-registry is not installed',
  () => {
    expect(readdirSync(folder)).toEqual([])
  },
)

/** Starts a server of tokens that knows only ann, and writes its certificate. */
async function startTokens(): Promise<{ address: string; asked: string[] }> {
  const subject = ['-subj', '/CN=tests', '-days', '2', '-keyout', at('key.pem'), '-out', at('cert.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject], { stdio: 'pipe' })
  const asked: string[] = []
  tokens = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost')
    const [, basic = ''] = request.headers.authorization?.split(' ') ?? []
    const [user, password] = Buffer.from(basic, 'base64').toString().split(':')
    const [type, name, actions] = searchParams.get('scope')?.split(':') ?? []
    if (user !== ANN.user || password !== ANN.password) return response.writeHead(401).end()
    asked.push(`${user} ${actions} ${name}`)
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      ...{ iss: 'tests', aud: searchParams.get('service'), sub: user, jti: `${asked.length}` },
      ...{ iat: now - 5, nbf: now - 5, exp: now + 300, access: [{ type, name, actions: [actions] }] },
    }
    const cert = new X509Certificate(readFileSync(at('cert.pem'))).raw.toString('base64')
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part({ typ: 'JWT', alg: 'RS256', x5c: [cert] })}.${part(claims)}`
    const signature = createSign('sha256')
      .update(signed)
      .sign(readFileSync(at('key.pem')), 'base64url')
    response.end(JSON.stringify({ token: `${signed}.${signature}`, expires_in: 300 }))
  })
  const server = tokens.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { address: `http://127.0.0.1:${port}/token`, asked }
}

function dockerWorks(): boolean {
  try {
    execFileSync('docker', ['version'], { stdio: 'pipe', timeout: 20_000 })
    return true
  } catch {
    return false
  }
}
