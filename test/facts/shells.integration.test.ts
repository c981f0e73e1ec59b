import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { addresses } from '../../src/facts/addresses.ts'
import { appArmor } from '../../src/facts/apparmor.ts'
import { apt } from '../../src/facts/apt.ts'
import { aptKey } from '../../src/facts/apt-key.ts'
import { aptSources } from '../../src/facts/apt-sources.ts'
import { clock } from '../../src/facts/clock.ts'
import { clusterData } from '../../src/facts/cluster-data.ts'
import { command } from '../../src/facts/command.ts'
import { disk } from '../../src/facts/disk.ts'
import { type Fact, makeProbe } from '../../src/facts/fact.ts'
import { file } from '../../src/facts/file.ts'
import { gpu } from '../../src/facts/gpu.ts'
import { imageStore } from '../../src/facts/image-store.ts'
import { jobs } from '../../src/facts/jobs.ts'
import { leftovers } from '../../src/facts/leftovers.ts'
import { loginPage } from '../../src/facts/login-page.ts'
import { node } from '../../src/facts/node.ts'
import { owned } from '../../src/facts/owned.ts'
import { installedPackage } from '../../src/facts/packages.ts'
import { listeningPorts } from '../../src/facts/ports.ts'
import { recordedPackages } from '../../src/facts/recorded-packages.ts'
import { release } from '../../src/facts/release.ts'
import { system } from '../../src/facts/system.ts'
import { unit } from '../../src/facts/unit.ts'
import { isThere, runShell, SHELLS } from '../helpers/shell.ts'

const FOLDER = mkdtempSync(join(tmpdir(), 'convecthub-facts-'))
const TEXT = join(FOLDER, 'text')
writeFileSync(TEXT, 'a text\n', { mode: 0o640 })
afterAll(() => rmSync(FOLDER, { recursive: true }))

/** A question for every family about this machine. The scripts only read. */
const FACTS: readonly Fact<unknown>[] = [
  system,
  clock,
  addresses,
  appArmor,
  apt,
  command('getconf'),
  command('no-such-program'),
  disk('/'),
  disk('/proc/self'),
  disk('/no/such/folder'),
  file('/'),
  file('/bin/sh'),
  file(TEXT),
  file('/no/such/file'),
  gpu,
  imageStore,
  leftovers(['/no/such/folder']),
  loginPage({ scheme: 'http', port: 1, iface: 'lo' }),
  node('no-such-node'),
  owned,
  recordedPackages,
  clusterData,
  aptKey('/no/such/key'),
  aptSources,
  installedPackage('no-such-package'),
  listeningPorts([
    { protocol: 'tcp', number: 22 },
    { protocol: 'udp', number: 8472 },
  ]),
  release,
  unit('no-such-unit.service'),
  jobs,
]
const FAMILIES = [...new Map(FACTS.map((fact) => [fact.family.id, fact])).values()]

it.skipIf(!isThere('busybox'))('finds busybox here, so that its sh is tested as well', () => {
  expect(SHELLS).toContainEqual(['busybox', 'sh'])
})

for (const shell of SHELLS) {
  it.each(FAMILIES)(`${shell[0]} understands the script of $family.id`, ({ family }) => {
    const keys = FACTS.filter((fact) => fact.family === family).map(({ key }) => key)
    expect(runShell(family.script(keys).reveal(), [...shell, '-n'])).toMatchObject({ code: 0, errors: '' })
  })

  it(`${shell[0]} answers all facts in one run and prints nothing else`, () => {
    const questions = makeProbe(FACTS)
    const { output, errors } = runShell(questions.script.reveal(), shell)
    expect(errors).toBe('')
    const facts = questions.read(output)
    expect(facts.get(system).kernel).toBe(runShell('uname -r').output.trim())
    expect(facts.get(clock)).toBeGreaterThan(1_795_462_000)
    expect(facts.get(command('getconf'))).toBe(runShell('command -v getconf').output.trim())
    expect(facts.get(command('no-such-program'))).toBeUndefined()
    expect(facts.get(file('/'))).toMatchObject({ type: 'directory' })
    expect(facts.get(file(TEXT))).toMatchObject({
      type: 'file',
      mode: '640',
      size: 7,
      digest: createHash('sha256').update('a text\n').digest('hex'),
    })
    expect(facts.get(file('/no/such/file'))).toBeUndefined()
    const { freeMiB: _changes, ...stays } = facts.get(disk('/'))
    expect(facts.get(disk('/no/such/folder'))).toMatchObject(stays)
    expect(facts.get(disk('/')).sizeMiB).toBeGreaterThan(0)
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
    const proc = mounts.findLast((line) => line.includes(' /proc '))?.split(' ')[3]
    expect(facts.get(disk('/proc/self'))).toMatchObject({ mount: '/proc', options: proc?.split(',') })
    expect(facts.get(loginPage({ scheme: 'http', port: 1, iface: 'lo' })).status).toBe(0)
    expect(facts.get(leftovers(['/no/such/folder'])).paths).toEqual([])
    expect(facts.get(unit('no-such-unit.service'))).toMatchObject({ loaded: false, enabled: false })
  })
}

it('reads the answer of a host without any tools', () => {
  const questions = makeProbe(FACTS)
  const { output, errors } = runShell(`PATH=/nonexistent; ${questions.script.reveal()}`)
  expect(errors).toBe('')
  const facts = questions.read(output)
  expect(facts.get(clock)).toBeUndefined()
  expect(facts.get(addresses)).toEqual({ interfaces: new Map(), defaultInterface: undefined })
  expect(facts.get(apt)).toEqual({ present: false, broken: '' })
  expect(facts.get(command('getconf'))).toBeUndefined()
})
