import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { MadeImage } from './made-image.ts'

/** Where Debian's package docker-registry puts the registry of the CNCF. */
export const REGISTRY_PROGRAM = '/usr/bin/docker-registry'

/** A running registry. */
export interface RealRegistry {
  /** `127.0.0.1:5123`. */
  host: string
  push(repository: string, image: MadeImage, tag: string): Promise<void>
  stop(): Promise<void>
}

/** The user that `auth: htpasswd` lets in. */
export const ANN = { user: 'ann', password: 'pw' }
const ANN_HASHED = 'ann:$2b$05$abcdefghijklmnopqrstuuHIrMEWpUCQe2YqFR3sXwQ75u4od..9q'

/** Starts a registry that keeps everything in `folder`. Without `auth` it lets everybody in. */
export async function startRegistry(folder: string, auth?: object): Promise<RealRegistry> {
  const port = await freePort()
  const host = `127.0.0.1:${port}`
  const htpasswd = join(folder, 'htpasswd')
  writeFileSync(htpasswd, ANN_HASHED)
  const config = join(folder, 'config.yml')
  writeFileSync(
    config,
    stringify({
      version: 0.1,
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, 'storage') } },
      http: { addr: host },
      auth: auth ?? undefined,
    }).replace('HTPASSWD', htpasswd),
  )
  const child = spawn(REGISTRY_PROGRAM, ['serve', config], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const headers = { authorization: `Basic ${Buffer.from(`${ANN.user}:${ANN.password}`).toString('base64')}` }
  await answering(`http://${host}/v2/`)
  return {
    host,
    push: (repository, image, tag) => push(`http://${host}/v2/${repository}`, image, tag, headers),
    async stop() {
      child.kill()
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

async function answering(url: string): Promise<void> {
  const end = Date.now() + 20_000
  while (!(await fetch(url).catch(() => undefined))) {
    if (Date.now() > end) throw new Error(`${url} does not answer`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function push(address: string, image: MadeImage, tag: string, headers: Record<string, string>) {
  for (const [digest, body] of image.blobs) {
    const begun = await fetch(`${address}/blobs/uploads/`, { method: 'POST', headers })
    const place = new URL(begun.headers.get('location') ?? '', address)
    place.searchParams.set('digest', digest)
    await must(fetch(place, { method: 'PUT', headers, body: new Uint8Array(body) }))
  }
  const manifests = [...image.blobs].flatMap(([digest, body]) => {
    const { mediaType, manifests } = parsed(body)
    const isManifest = typeof mediaType === 'string' && /manifest|index/.test(mediaType)
    // an index is taken only after what it lists
    return isManifest ? [{ digest, body, mediaType, order: manifests ? 1 : 0 }] : []
  })
  for (const { digest, body, mediaType } of manifests.toSorted((one, other) => one.order - other.order)) {
    const reference = digest === image.digest ? tag : digest
    await must(
      fetch(`${address}/manifests/${reference}`, {
        method: 'PUT',
        headers: { ...headers, 'content-type': mediaType },
        body: new Uint8Array(body),
      }),
    )
  }
}

function parsed(body: Buffer): { mediaType?: unknown; manifests?: unknown } {
  try {
    return JSON.parse(body.toString())
  } catch {
    return {}
  }
}

async function must(asked: Promise<Response>): Promise<void> {
  const answer = await asked
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`)
}
