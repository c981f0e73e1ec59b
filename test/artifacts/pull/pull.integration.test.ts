import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest'
import { parse, stringify } from 'yaml'
import type { BundleLock } from '../../../src/artifacts/bundle-lock.ts'
import { digest } from '../../../src/digest.ts'
import { debianBundle } from '../../../src/distribution/debian-bundle.ts'
import { type BuiltCli, builtCli } from '../../commands/helpers/built-cli.ts'
import { bundleOffer, type Offer } from '../../helpers/bundle-offer.ts'
import { type BundleServers, bundleServers, type ServerOptions } from '../../helpers/bundle-servers.ts'
import { jsonLines } from '../../helpers/json-lines.ts'
import { random, seed } from '../../helpers/random.ts'
import { buildPackage, serve, writeSuite } from '../apt/small-mirror.ts'

let cli: BuiltCli
let offer: Offer
const running: BundleServers[] = []
beforeAll(async () => {
  cli = builtCli()
  offer = await bundleOffer({ padding: 200 * 1024 })
})
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop()
})
afterAll(() => cli.remove())

async function servers(options?: ServerOptions): Promise<BundleServers> {
  const server = await bundleServers(offer, options)
  running.push(server)
  return server
}

/** A new folder with a bundle.yaml whose mirrors lead to these servers. */
function newFolder(
  { mirrors }: BundleServers,
  more: Readonly<Record<string, unknown>> = {},
  others: BundleServers['mirrors'] = {},
): string {
  const folder = mkdtempSync(join(cli.folder, 'bundle-'))
  write(folder, { ...mirrors, ...others }, more)
  return folder
}

function write(
  folder: string,
  mirrors: BundleServers['mirrors'],
  more: Readonly<Record<string, unknown>> = {},
): void {
  const versions = { k3s: 'v1.36.4+k3s1', helm: 'v4.2.4', chart: { version: '4.4.0' }, registry: 'v3.0.0' }
  writeFileSync(join(folder, 'bundle.yaml'), stringify({ ...versions, ...more, mirrors }))
}

/** Pulls in a process of its own, as users do. */
function pull(folder: string, ...options: readonly string[]) {
  const child = spawn(process.execPath, [cli.program, 'bundle', 'pull', folder, ...options], {
    cwd: cli.folder,
    env: { PATH: process.env.PATH, HOME: cli.folder, NO_COLOR: '1' },
  })
  const ended = Promise.all([
    new Promise<number | null>((resolve) => child.on('close', resolve)),
    text(child.stdout),
    text(child.stderr),
  ]).then(([code, stdout, stderr]) => ({ code, stdout, stderr }))
  return { child, ended }
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted()

it('makes a bundle that bundle verify finds right, and says what is in it', async () => {
  const folder = newFolder(await servers())
  const { code, stdout, stderr } = await pull(folder).ended
  expect({ code, stderr: stderr.match(/error .*/)?.[0] }).toEqual({ code: 0, stderr: undefined })
  expect(stdout).toMatch(
    /^\S+: 11 files, 1\.\d MB; 11 files fetched, 1\.\d MB\.\nNext: convecthub bundle verify \S+\n$/,
  )
  expect(stderr).toMatch(/^\[00:0\d\] k3s: 205 kB, /m)
  const verified = await cli.run(['bundle', 'verify', folder])
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('11 files, ') })
})

it('needs no server when everything is there', async () => {
  const server = await servers()
  const folder = newFolder(server)
  await pull(folder).ended
  const files = filesIn(folder)
  const { length } = server.asked
  expect(await pull(folder).ended).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\S+: 11 files, 1\.1 MB; nothing to fetch\.\n/),
    stderr: '',
  })
  expect(server.asked).toHaveLength(length)
  expect(filesIn(folder)).toEqual(files)
})

it('tells programs what it fetches, and what changed in the lock', async () => {
  const server = await servers()
  const folder = newFolder(server)
  const first = jsonLines((await pull(folder, '--output', 'json').ended).stdout)
  const names = first.filter(({ event }) => event === 'fetched').map(({ name }) => name)
  expect(names.toSorted()).toEqual(
    first
      .filter(({ event }) => event === 'file')
      .map(({ name }) => name)
      .toSorted(),
  )
  const spec = join(folder, 'bundle.yaml')
  writeFileSync(spec, readFileSync(spec, 'utf8').replace('4.4.0', '4.3.0'))
  const refused = await pull(folder, '--output', 'json').ended
  expect(refused.code).toBe(4)
  expect(jsonLines(refused.stdout)).toMatchObject([
    { event: 'error', code: 'BUNDLE_CHANGED' },
    { event: 'summary', exit: 4 },
  ])
  const second = jsonLines((await pull(folder, '--update', '--output', 'json').ended).stdout)
  const changes = second.filter(({ event }) => event === 'difference')
  expect(changes.map(({ sign, name }) => `${sign} ${name}`)).toEqual([
    '+ charts/jupyterhub-4.3.0.tgz',
    '- charts/jupyterhub-4.4.0.tgz',
  ])
})

it('is stopped by Ctrl-C, and continues with the command that it names', async () => {
  const half: ServerOptions = {
    onSent: (sent) => {
      if (sent > 500 * 1024 && !first.child.killed) first.child.kill('SIGINT')
    },
  }
  const server = await servers(half)
  const folder = newFolder(server)
  const first = pull(folder)
  const { code, stdout, stderr } = await first.ended
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  expect(stderr).toMatch(
    /Stopping… press Ctrl-C again to stop immediately\.\n[\s\S]*^Stopped; \d of \d+ files fetched\. To continue: convecthub bundle pull \S+\n$/m,
  )
  expect(filesIn(folder).filter((name) => !name.startsWith('.pull/'))).toEqual(['bundle.yaml'])
  const again = await servers()
  write(folder, again.mirrors)
  expect(await pull(folder).ended).toMatchObject({ code: 0 })
})

it('refuses a second pull at the same time', async () => {
  let second: ReturnType<typeof pull>['ended'] | undefined
  const server = await servers({
    onSent: async (sent) => {
      if (sent < 100 * 1024) return
      second ??= pull(folder).ended
      await second
    },
  })
  const folder = newFolder(server)
  const first = pull(folder)
  expect(await first.ended).toMatchObject({ code: 0 })
  expect(await second).toMatchObject({
    code: 7,
    stderr: expect.stringMatching(
      new RegExp(
        `another pull or unpack works in this folder: process ${first.child.pid}, since \\S+ \\[BUNDLE_BUSY\\]`,
      ),
    ),
  })
})

it('says after an error what is there, and how to continue', async () => {
  const server = await servers()
  const folder = newFolder(server)
  const spec = join(folder, 'bundle.yaml')
  writeFileSync(spec, `${readFileSync(spec, 'utf8')}images: [quay.io/not/there:1]\n`)
  const { code, stderr } = await pull(folder).ended
  expect(code).toBe(4)
  expect(stderr).toMatch(
    /\d of 12 files fetched, which are kept\. When the following is corrected, continue: convecthub bundle pull \S+\nerror localhost:\d+ has no quay\.io\/not\/there:1/,
  )
})

it('fetches the packages that hosts of a release need, by a mirror', async () => {
  const root = mkdtempSync(join(cli.folder, 'mirror-'))
  const debian = join(root, 'debian')
  const needed = debianBundle
    .needed({ id: 'debian', gpu: false, kernels: [] })
    .flatMap((each) => (typeof each === 'string' ? each : (each.firstOf.flat().at(-1) ?? [])))
  const names = [...new Set(['base', 'htop', ...needed])]
  const fields = (name: string) => (name === 'base' ? { Essential: 'yes' } : {})
  writeSuite(
    debian,
    'bookworm',
    names.map((name) => buildPackage(debian, name, fields(name))),
  )
  writeSuite(debian, 'bookworm-updates', [])
  writeSuite(join(root, 'debian-security'), 'bookworm-security', [])
  const { url, server: mirror } = await serve(root)
  onTestFinished(() => void mirror.close())
  const folder = newFolder(
    await servers(),
    {
      apt: [
        { release: 'debian-12', mirror: 'http://deb.example.com/debian', key: 'key.gpg', packages: ['htop'] },
      ],
    },
    { 'deb.example.com': url },
  )
  copyFileSync(join(debian, 'key.gpg'), join(folder, 'key.gpg'))
  const { code, stderr } = await pull(folder).ended
  expect({ code, error: /^error .*/m.exec(stderr)?.[0] }).toEqual({ code: 0, error: undefined })
  const { files } = parse(readFileSync(join(folder, 'bundle.lock.yaml'), 'utf8')) as BundleLock
  const packages = files.find(({ name }) => name === 'packages/debian-12-amd64.tar')?.packages ?? []
  expect(packages.map(({ name }) => name)).toEqual(names.filter((name) => name !== 'base').toSorted())
})

it.each([
  {
    field: 'k3s',
    right: 'v1.36.4',
    wrong: 'v1.36.44',
    line: 'k3s: v1.36.44+k3s1',
    more: ' (the same for 1 more file)',
  },
  { field: 'helm', right: 'v4.2.4', wrong: 'v4.2.44', line: 'helm: v4.2.44', more: '' },
  { field: 'registry', right: 'v3.0.0', wrong: 'v3.0.9', line: 'registry: v3.0.9', more: '' },
])('tells once that there is no such version of $field, and which line asks for it', async (row) => {
  const folder = newFolder(await servers())
  const spec = join(folder, 'bundle.yaml')
  writeFileSync(spec, readFileSync(spec, 'utf8').replace(row.right, row.wrong))
  const { code, stderr } = await pull(folder).ended
  expect({ code, errors: stderr.match(/^error /gm)?.length }).toEqual({ code: 5, errors: 1 })
  expect(stderr).toContain(`answers 404 Not Found${row.more} [DOWNLOAD_REFUSED]\n`)
  expect(stderr).toContain(`→ correct \`${row.line}\` in bundle.yaml, or the mirror: there is no such file`)
})

it('copies a bundle that lies elsewhere, once', async () => {
  const server = await servers()
  const stick = newFolder(server)
  await pull(stick).ended
  const folder = join(cli.folder, 'copied')
  const next = `Next: convecthub bundle verify ${folder}\n`
  const first = await pull(folder, '--from', stick).ended
  expect(first).toMatchObject({
    code: 0,
    stdout: `${folder}: 11 files, 1.1 MB; 11 files copied.\n${next}`,
  })
  expect(first.stderr.match(/^\[00:0\d\] \S+: [\d.]+ [kM]?B, /gm)).toHaveLength(11)
  expect(filesIn(folder)).toEqual(filesIn(stick))
  expect((await pull(folder, '--from', stick).ended).stdout).toBe(
    `${folder}: 11 files, 1.1 MB; nothing to copy.\n${next}`,
  )
  expect(await pull(folder).ended).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('nothing to fetch'),
  })
  rmSync(join(stick, 'bundle.lock.yaml'))
  const { stdout } = await pull(join(cli.folder, 'without'), '--from', stick).ended
  expect(stdout).toMatch(
    /^\S+: 11 files; 11 files copied\.\nThere is no bundle\.lock\.yaml in \S+: write one\.\nNext: convecthub bundle lock \S+\n$/,
  )
})

it.each([
  {
    options: ['--from', 'stick', '--update'],
    told: "--from <source>' cannot be used with option '--update'",
  },
  { options: ['--ca', 'no.pem'], told: 'no.pem' },
  { options: ['--from', '.'], told: 'lies in ., which is to be copied' },
])('refuses $options', async ({ options, told }) => {
  const { code, stderr } = await pull(newFolder(await servers()), ...options).ended
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(told) })
})

/** What a killed pull has left: bytes of files that it had begun, and the digests of what is complete. */
function left(folder: string) {
  const complete = new Set([...offer.files.values()].map((body) => digest(body)))
  const files = filesIn(folder)
    .filter((name) => /^\.pull\/(blobs|archives|files\/(k3s|images\/k3s|charts))/.test(name))
    .map((name) => readFileSync(join(folder, name)))
  return {
    begun: files.filter((body) => !complete.has(digest(body))).reduce((sum, { length }) => sum + length, 0),
    done: new Set(files.map((body) => digest(body))),
  }
}

it('continues after it was killed anywhere, 20 of 20, and fetches nothing that was written', async () => {
  const server = await servers()
  const reference = newFolder(server)
  await pull(reference).ended
  const lock = readFileSync(join(reference, 'bundle.lock.yaml'), 'utf8')
  const whole = server.sent()
  const next = random()
  for (let cut = 1; cut <= 20; cut++) {
    const at = Math.floor(next() * whole)
    const first = await servers({
      chunk: 8 * 1024,
      onSent: (sent) => {
        if (sent >= at) killed.child.kill('SIGKILL')
      },
    })
    const folder = newFolder(first)
    const killed = pull(folder)
    await killed.ended
    const { begun, done } = left(folder)
    const second = await servers()
    write(folder, second.mirrors)
    const { code } = await pull(folder).ended
    const large = second.asked
      .filter(({ url }) => !url.includes('/manifests/'))
      .map(({ url, from }) => ({ url, from, body: offer.files.get(url) ?? expect.fail() }))
    const continued = large.reduce((sum, { from, body }) => sum + (from < body.length ? from : 0), 0)
    const twice = large.filter(({ from, body }) => from === 0 && done.has(digest(body)))
    expect({ code, continued, twice }, `CVH_SEED=${seed}, cut ${cut} after ${at} bytes`).toEqual({
      ...{ code: 0, continued: begun, twice: [] },
    })
    expect(readFileSync(join(folder, 'bundle.lock.yaml'), 'utf8')).toBe(lock)
  }
}, 300_000)
