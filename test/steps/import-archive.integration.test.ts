import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { Artifact } from '../../src/artifacts/bundle-lock.ts'
import type { Change } from '../../src/engine/change.ts'
import { command } from '../../src/facts/command.ts'
import { imageStore } from '../../src/facts/image-store.ts'
import { ociArchive } from '../../src/lab/stand-in-images.ts'
import { images } from '../../src/steps/images.ts'
import { is, present, running } from '../helpers/fake-facts.ts'
import { planStep } from '../helpers/plan-step.ts'
import { isThere, runShell, SHELLS } from '../helpers/shell.ts'
import { hubArchive, testBundle, testDesired } from '../helpers/test-cluster.ts'

const FOLDER = mkdtempSync(join(tmpdir(), 'convecthub-import-'))
afterAll(() => rmSync(FOLDER, { recursive: true }))

const K3S = join(FOLDER, 'k3s')
const IMPORTED = join(FOLDER, 'imported')
const LISTED = join(FOLDER, 'listed')

/** A K3s whose `ctr images import` only keeps what it is given, and whose `ls` prints a file. */
writeFileSync(
  K3S,
  `#!/bin/sh
case $5 in
import) if [ "$6" = - ]; then cat; else cat "$6"; fi >${IMPORTED} ;;
ls) cat ${LISTED} ;;
esac
`,
)
chmodSync(K3S, 0o755)

/** The script of a change, for the K3s of this test and this file of the images folder. */
function scriptOf(change: Change | undefined): string {
  const script = change?.kind === 'run' ? change.script : change?.kind === 'wait' ? change.until : undefined
  return (script?.reveal() ?? '')
    .replaceAll('/usr/local/bin/k3s', K3S)
    .replaceAll('/var/lib/rancher/k3s/agent/images', FOLDER)
}

function planOf(archive: Artifact, version: string, place: string) {
  const programs = ['gzip', 'zstd', 'bzip2', 'lz4'].map((name) => is(command(name), `/usr/bin/${name}`))
  const known = [...programs, running('k3s-agent.service'), present(place, { digest: archive.sha256 })]
  return planStep(images, testDesired({}, { bundle: testBundle(version, [archive]) }), 'w1', {
    w1: [...known, is(imageStore, new Map())],
  })
}

const { content } = await ociArchive(['quay.io/a:1'], 'amd64')

const FORMS = [
  { ending: 'tar', program: 'cat', options: [] },
  { ending: 'tar.gz', program: 'gzip', options: ['-c'] },
  { ending: 'tar.zst', program: 'zstd', options: ['-c', '--long=27'] },
  { ending: 'tar.bz2', program: 'bzip2', options: ['-c'] },
  { ending: 'tar.lz4', program: 'lz4', options: ['-c'] },
].filter(({ program }) => isThere(program))

it.each(SHELLS.flatMap((shell) => FORMS.map((form) => ({ ...form, shell }))))(
  'in $shell gives ctr a .$ending as a plain tar',
  ({ ending, program, options, shell }) => {
    rmSync(IMPORTED, { force: true })
    const path = join(FOLDER, `hub.${ending}`)
    writeFileSync(path, execFileSync(program, options, { input: content }))
    const [change] = planOf(
      hubArchive(`hub.${ending}`),
      'v1.21.3+k3s1',
      `/var/lib/rancher/k3s/agent/images/hub.${ending}`,
    )
    expect(runShell(scriptOf(change), shell)).toMatchObject({ code: 0 })
    expect(readFileSync(IMPORTED).equals(content)).toBe(true)
  },
)

const hub = hubArchive()
const [first, second] = hub.images ?? []
const row = (
  name = '',
  digest = '',
  labels = 'io.cattle.k3s.pinned=pinned,io.cri-containerd.pinned=pinned',
) => `${name}   application/vnd.oci.image.manifest.v1+json ${digest} 1.0 MiB linux/amd64 ${labels} `
const FIRST = row(first?.name, first?.digest)

it.each<{ what: string; rows: string[]; lacks: string | undefined }>([
  { what: 'both', rows: [FIRST, row(second?.name, second?.digest)], lacks: undefined },
  {
    what: 'one as an index',
    rows: [FIRST, row(second?.name, `sha256:${'e'.repeat(64)}`).replace('manifest.v1', 'index.v1')],
    lacks: undefined,
  },
  { what: 'one', rows: [FIRST], lacks: second?.name },
  { what: 'another one of that name', rows: [FIRST, row(second?.name, first?.digest)], lacks: second?.name },
  { what: 'one not pinned yet', rows: [FIRST, row(second?.name, second?.digest, '-')], lacks: second?.name },
  { what: 'none', rows: [], lacks: first?.name },
])('waits until K3s has what an archive holds, while it has $what: lacks $lacks', ({ rows, lacks }) => {
  writeFileSync(LISTED, ['REF TYPE DIGEST SIZE PLATFORMS LABELS', ...rows, ''].join('\n'))
  const staged = '/var/lib/rancher/k3s/agent/convecthub-incoming/hub.tar'
  const wait = planOf(hub, 'v1.34.1+k3s1', staged).find(({ kind }) => kind === 'wait')
  for (const shell of SHELLS) {
    const { code, output } = runShell(scriptOf(wait), shell)
    expect([code, output]).toEqual(lacks ? [1, `not imported yet: ${lacks}\n`] : [0, ''])
  }
})
