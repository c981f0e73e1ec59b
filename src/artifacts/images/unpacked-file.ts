import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { pipeline, type Transform } from 'node:stream'
import zlib from 'node:zlib'
import { ConvecthubError } from '../../errors.ts'
import { oneLine } from '../../printable.ts'

/** The content of a file that may be compressed, or why it cannot be unpacked on this computer. */
export type UnpackedFile = { bytes: AsyncIterable<Uint8Array> } | { why: string }

/** How compressed files begin; the name of a file does not matter. */
const BEGINNINGS = {
  gzip: '1f8b',
  zstd: '28b52ffd',
  bzip2: '425a68',
  xz: 'fd377a58',
  lz4: '04224d18',
} as const

/** How much is read at a time, bytes. */
const PIECE = 1024 * 1024

/** What a file may unpack to: as many times its size, but always this many bytes. Images reach 10 times. */
const MOST = { times: 200, bytes: 1024 ** 3 }

/** From Node 22.15 on. It reads only the first frame of a file with several, such as pzstd writes. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform }

/** Opens a file to read its content: as it is, or unpacked from gzip or zstd. */
export async function unpackedFile(path: string): Promise<UnpackedFile> {
  const unpacked = await unpack(path)
  const most = Math.max((await stat(path)).size * MOST.times, MOST.bytes)
  return 'why' in unpacked ? unpacked : { bytes: bounded(path, unpacked.bytes, most) }
}

async function unpack(path: string): Promise<UnpackedFile> {
  const beginning = await beginningOf(path)
  const [form] = Object.entries(BEGINNINGS).find(([, magic]) => beginning.startsWith(magic)) ?? []
  const file = () => createReadStream(path, { highWaterMark: PIECE })
  // an error of the file ends the transform, too
  const through = (transform: Transform) => ({ bytes: pipeline(file(), transform, () => undefined) })
  if (form === undefined) return { bytes: file() }
  if (form === 'gzip') return through(zlib.createGunzip({ chunkSize: PIECE }))
  if (form !== 'zstd') return { why: `it is compressed with ${form}` }
  const program = await zstdProgram(path)
  if (program) return program
  if (createZstdDecompress) return through(createZstdDecompress())
  return { why: `it is compressed with zstd: install that program, as Node ${process.version} lacks it` }
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('hex', 0, bytesRead)
  } finally {
    await file.close()
  }
}

/** A small file must not become endless work. */
async function* bounded(path: string, bytes: AsyncIterable<Uint8Array>, most: number) {
  let count = 0
  for await (const piece of bytes) {
    count += piece.length
    if (count > most) throw damaged(path, `it unpacks to more than ${Math.floor(most / 1024 ** 2)} MiB`)
    yield piece
  }
}

/** Unpacks with the program zstd; undefined where there is none. */
async function zstdProgram(path: string): Promise<{ bytes: AsyncIterable<Uint8Array> } | undefined> {
  const child = spawn('zstd', ['-dcq', '--', path], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  try {
    await once(child, 'spawn')
  } catch {
    await ended.catch(() => undefined)
    return undefined
  }
  let said = ''
  child.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-500)
  })
  const read = async function* () {
    try {
      yield* child.stdout
    } finally {
      if (child.stdout.readableEnded) await ended
      else child.kill()
    }
    if (child.exitCode !== 0) throw damaged(path, oneLine(said.trim()) || 'zstd cannot unpack it')
  }
  return { bytes: read() }
}

/** The error for an archive that cannot be used. */
export function damaged(path: string, why: string): ConvecthubError {
  return new ConvecthubError('ARCHIVE', `${path} cannot be used: ${why}`, {
    hint: 'fetch or copy it again; tar -tf lists what can be read of it',
  })
}
