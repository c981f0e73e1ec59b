import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import zlib, { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { imagesIn } from '../../../src/artifacts/images/images-in.ts'
import { isThere } from '../../helpers/shell.ts'
import { layoutOf, tarOf } from './helpers/archives.ts'
import { madeImage } from './helpers/made-image.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unpack-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const image = await madeImage(['hello'])
const HELLO = 'quay.io/a/hello:v1'
const held = { kind: 'images', images: [{ name: HELLO, digest: image.digest }] }

/** An archive with `more` bytes in it that do not compress, written to a file. */
async function archive(more = 0): Promise<string> {
  const files = layoutOf([{ image, annotations: { 'io.containerd.image.name': HELLO } }])
  const noise = Buffer.from(Array.from({ length: more }, (_, at) => Math.imul(at, 2_654_435_761) >>> 13))
  const path = join(folder, 'x.tar')
  writeFileSync(path, await tarOf({ ...files, noise }))
  return path
}

function zstd(path: string, ...options: string[]): string {
  execFileSync('zstd', ['-q', ...options, path])
  return `${path}.zst`
}

/** The programs that this process has started and that still run. */
function children(): string[] {
  return execFileSync('ps', ['-o', 'comm=', '--ppid', `${process.pid}`], { encoding: 'utf8' })
    .split('\n')
    .filter((name) => name === 'zstd')
}

describe.skipIf(!isThere('zstd'))('archives of zstd', () => {
  it.each([{ options: [] }, { options: ['-16', '--long=25'] }, { options: ['--no-check'] }])(
    'are read when made with $options',
    async ({ options }) => {
      expect(await imagesIn(zstd(await archive(3_000_000), ...options), 'amd64')).toMatchObject(held)
    },
  )

  it('are read when they have several frames, as pzstd writes them', async () => {
    const path = await archive(3_000_000)
    const whole = readFileSync(path)
    const frames = [whole.subarray(0, 5000), whole.subarray(5000)].map((part) => {
      writeFileSync(path, part)
      return readFileSync(zstd(path, '-f'))
    })
    writeFileSync(path, Buffer.concat(frames))
    expect(await imagesIn(path, 'amd64')).toMatchObject(held)
  })

  it('are errors when they are cut or damaged', async () => {
    const path = zstd(await archive(3_000_000))
    const whole = readFileSync(path)
    for (const bytes of [whole.subarray(0, -50_000), Buffer.from(whole).fill(0, 50_000, 60_000)]) {
      writeFileSync(path, bytes)
      await expect(imagesIn(path, 'amd64')).rejects.toMatchObject({ code: 'ARCHIVE' })
    }
  })

  it('leave no program behind when they are not read to their end', async () => {
    const path = join(folder, 'x.tar')
    writeFileSync(path, await tarOf({ '../x': '', noise: Buffer.alloc(8_000_000) }))
    await expect(imagesIn(zstd(path), 'amd64')).rejects.toMatchObject({ code: 'ARCHIVE' })
    await vi.waitFor(() => expect(children()).toEqual([]), { timeout: 10_000 })
  })

  it('are read without the program where Node can do it, else cannot be looked into', async () => {
    const path = zstd(await archive())
    vi.stubEnv('PATH', folder)
    expect(await imagesIn(path, 'amd64')).toMatchObject(
      'createZstdDecompress' in zlib
        ? held
        : { kind: 'unknown', why: expect.stringContaining('compressed with zstd: install that program') },
    )
  })
})

it('a small file that unpacks to more than a GiB is an error', async () => {
  const path = join(folder, 'bomb.tar.gz')
  const header = (await tarOf({ layer: '' })).subarray(0, 512)
  header.write('37777777777', 124)
  const sum = header.fill(' ', 148, 156).reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 })
  writeFileSync(path, Buffer.concat([gzipSync(header), ...Array.from({ length: 17 }, () => zeros)]))
  await expect(imagesIn(path, 'amd64')).rejects.toMatchObject({
    code: 'ARCHIVE',
    message: `${path} cannot be used: it unpacks to more than 1024 MiB`,
  })
  expect(readdirSync(folder)).toEqual(['bomb.tar.gz'])
})
