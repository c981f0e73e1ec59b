import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { DEVICE_PLUGIN } from '../../src/artifacts/bundle-spec.ts'
import { readLock } from '../../src/artifacts/load-bundle.ts'
import { localArchitecture } from '../../src/artifacts/local-architecture.ts'
import { jsonLines } from '../helpers/json-lines.ts'
import { type S3Store, s3Store } from '../helpers/s3-store.ts'
import { type CliResult, cli } from './cli.ts'
import { type ClosedNetwork, closeNetwork } from './closed-network.ts'
import { type Internet, startInternet } from './internet.ts'
import { type Lab, labUp, machineState, must } from './lab.ts'

const RELEASES = { k3s: 'v1.34.1+k3s1', helm: 'v3.19.0', chart: '4.4.0', registry: 'v3.0.0' }
const ARCHITECTURE = localArchitecture() === 'arm64' ? 'arm64' : 'amd64'

/** One of the site's profiles has an image of its own. */
const NOTEBOOK = 'quay.io/site/notebook:1'
const PROFILES = `singleuser:
  profileList:
    - display_name: Ours
      kubespawner_override:
        image: ${NOTEBOOK}
`

/** The archive with the image that only the machine with a GPU runs; the one with the registry serves it. */
const PLUGIN_ARCHIVE = `images/${DEVICE_PLUGIN.replace(/[/:]/g, '_')}-${ARCHITECTURE}.tar`

// the firewall of this computer is what closes the network
describe.skipIf(process.getuid?.() !== 0)('a site without internet', () => {
  let lab: Lab
  let internet: Internet
  let store: S3Store
  let network: ClosedNetwork
  /** Folders of the two computers: one with internet, and one at the site; and what is carried from one to the other. */
  let office: string
  let site: string
  let stick: string
  /** Of the machines, such as `debian-12`. */
  let release: string
  const before = new Map<string, string>()

  beforeAll(async () => {
    lab = await labUp(3)
    const folder = (name: string) => {
      mkdirSync(join(lab.folder, name))
      return join(lab.folder, name)
    }
    ;[office, site, stick] = [folder('office'), folder('site'), folder('stick')]
    const values = readFileSync(join(lab.folder, 'lab/jupyterhub.yaml'), 'utf8') + PROFILES
    for (const place of [office, site]) writeFileSync(join(place, 'jupyterhub.yaml'), values, { mode: 0o600 })
    const inventory = readFileSync(join(lab.folder, 'lab/inv.toml'), 'utf8')
      .replace('install_docker=false', 'install_docker=true\napt_repo=bundle')
      .replace(/^worker2 /m, '$&has_gpu=true install_nvidia_driver=false ')
    writeFileSync(join(site, 'inv.toml'), `${inventory}\n[registry]\ndriver1\n`, { mode: 0o600 })
    release = await lab.inside('driver1', '. /etc/os-release; printf %s "$ID-$VERSION_ID"')
    const images = [NOTEBOOK, DEVICE_PLUGIN]
    internet = await startInternet({ ...RELEASES, architecture: ARCHITECTURE, release, images })
    store = await s3Store(folder('store'))
    network = closeNetwork(lab)
    for (const machine of lab.machines) before.set(machine, await machineState(lab, machine))
  })
  afterAll(async () => {
    network?.open()
    await Promise.all([internet?.stop(), store?.stop()])
    await lab?.down()
  })

  let lost = false
  beforeEach(({ skip, onTestFailed }) => {
    skip(lost, 'a step before it failed')
    onTestFailed(() => {
      lost = true
    })
  })

  /** Types a command at a computer, whose home folder it is, too. */
  const type = (place: string, line: string, env: Record<string, string> = {}): Promise<CliResult> => {
    const home = { HOME: place, XDG_CACHE_HOME: join(place, '.cache'), no_proxy: 'localhost,127.0.0.1' }
    return cli(line.split(' '), { cwd: place, env: { ...home, ...env } })
  }
  const atOffice = async (line: string, env?: Record<string, string>) => must(await type(office, line, env))
  const atSite = async (line: string) => must(await type(site, line))

  /** The names that events of a kind have. */
  const namesOf = (kind: string, { stdout }: CliResult) =>
    jsonLines(stdout)
      .flatMap(({ event, name }) => (event === kind ? [String(name)] : []))
      .toSorted()

  const stored = (machine: string) => lab.inside(machine, 'k3s ctr images ls')

  /** When the services of the machines were started. */
  const startTimes = () => {
    const services = 'k3s k3s-agent docker convecthub-registry'
    return Promise.all(
      lab.machines.map((machine) =>
        lab.inside(machine, `systemctl show -p ExecMainStartTimestampMonotonic ${services}`),
      ),
    )
  }

  it('gets a bundle that is made from a few lines, and signed', async () => {
    const { k3s, helm, chart, registry } = RELEASES
    const versions = `--k3s ${k3s} --helm ${helm} --chart ${chart} --registry ${registry}`
    await atOffice(`bundle init ${versions} --gpu --values jupyterhub.yaml`)
    cpSync(internet.key, join(office, 'shared/bin/mirror.gpg'))
    const apt = [{ release, key: 'mirror.gpg', sources: [internet.docker] }]
    appendFileSync(join(office, 'shared/bin/bundle.yaml'), stringify({ apt, mirrors: internet.mirrors }))
    const pulled = await atOffice('bundle pull --output json')
    expect(namesOf('fetched', pulled)).toEqual(namesOf('file', pulled))
    expect(namesOf('file', pulled)).toContain(`packages/${release}-${ARCHITECTURE}.tar`)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(office, 'key')])
    const signed = await atOffice('bundle sign shared/bin --key key')
    const [line = ''] = /bundle_key='.*'/.exec(signed.stdout) ?? []
    const inventory = readFileSync(join(site, 'inv.toml'), 'utf8')
    writeFileSync(join(site, 'inv.toml'), inventory.replace('[all:vars]', `$&\n${line}`))
  })

  it('which a bucket keeps, and gives only to who has its key', async () => {
    cpSync(join(office, 'shared/bin'), join(lab.folder, 'store/assets/bin'), { recursive: true })
    const copy = 'bundle pull copied --from s3://assets/bin/'
    const refused = await type(office, copy, { ...store.env, AWS_SECRET_ACCESS_KEY: 'another' })
    expect(refused).toMatchObject({ stderr: expect.stringContaining('does not belong to the key'), code: 5 })
    await atOffice(copy, store.env)
    expect(readdirSync(join(office, 'copied'), { recursive: true }).toSorted()).toEqual(
      readdirSync(join(office, 'shared/bin'), { recursive: true }).toSorted(),
    )
    expect((await atOffice(copy, store.env)).stdout).toContain('nothing to copy')
  })

  it('which is carried there in parts, and proven for its machines', async () => {
    internet.asked()
    expect((await atOffice('bundle verify copied')).stdout).not.toContain('warning')
    await atOffice('bundle pack copied ../stick/bundle.tar --split 8M')
    expect(readdirSync(stick)).toEqual(['001', '002', '003'].map((part) => `bundle.tar.${part}`))
    await atSite('bundle unpack ../stick/bundle.tar.001 shared/bin')
    const { stdout } = await atSite('bundle verify -i inv.toml')
    expect(stdout).toMatch(/^singleuser\.profileList\[0\].* 1 image$/m)
    expect(stdout).toContain('The bundle is complete for inv (3 machines)')
    expect(internet.asked()).toEqual([])
  })

  it('and makes a healthy hub of machines that reach nothing else', async () => {
    await atSite('provision -i inv.toml')
    await atSite('status -i inv.toml')
    for (const machine of lab.machines)
      expect(await lab.inside(machine, 'dpkg -s docker-ce conntrack | grep -c "ok installed"')).toBe('2\n')
    expect(await stored('worker1')).not.toContain(DEVICE_PLUGIN)
    expect(await stored('worker2')).toContain(DEVICE_PLUGIN)
    expect(internet.asked()).toEqual([])
    expect(network.packetsOut()).toBe(0)
  })

  it('another pull asks no server', async () => {
    expect((await atOffice('bundle pull')).stdout).toContain('nothing to fetch')
    expect(internet.asked()).toEqual([])
  })

  it('where only one image is another one, only that is fetched and carried', async () => {
    const update = async () => {
      const updated = await atOffice('bundle pull --update --output json')
      const fetched = namesOf('fetched', updated).filter((name) => !name.startsWith('sources/'))
      return { fetched, changed: namesOf('difference', updated) }
    }
    expect(await update()).toEqual({ fetched: [], changed: [] })
    internet.asked()
    await internet.replaceImage(DEVICE_PLUGIN)
    expect(await update()).toEqual({ fetched: [PLUGIN_ARCHIVE], changed: [PLUGIN_ARCHIVE, DEVICE_PLUGIN] })
    const asked = internet.asked()
    expect(asked.filter((path) => /\.(deb|tgz|zst|tar\.gz)$|\/k3s$/.test(path))).toEqual([])
    const blobs = asked.filter((path) => path.includes('/blobs/'))
    expect(blobs.filter((path) => !path.includes('/k8s-device-plugin/'))).toEqual([])
    expect(blobs.length).toBeGreaterThan(0)
    await atOffice('bundle sign shared/bin --key key')
    await atOffice('bundle pack shared/bin ../stick/update.tar --base copied')
    const held = execFileSync('tar', ['-tf', join(stick, 'update.tar')], { encoding: 'utf8' })
    expect(held.trim().split('\n')).toEqual([
      ...['bundle.lock.yaml', 'bundle.lock.yaml.sig', 'bundle.yaml'],
      PLUGIN_ARCHIVE,
    ])
    expect((await atSite('bundle unpack ../stick/update.tar shared/bin')).stdout).toContain('Wrote 1 file ')
    await atSite('bundle verify -i inv.toml')
  })

  it('and sent to the machines that need it, where nothing restarts', async () => {
    const started = await startTimes()
    const { stdout } = await atSite('provision -i inv.toml --output json')
    const sent = jsonLines(stdout).flatMap(({ event, host, change }) => {
      const { kind, title } = Object(change)
      return event === 'change-end' && kind === 'upload' ? [`${host} ${title}`] : []
    })
    expect(sent.toSorted()).toEqual(
      ['driver1', 'worker2'].map((host) =>
        expect.stringMatching(`^${host} \\S+/${basename(PLUGIN_ARCHIVE)} `),
      ),
    )
    const file = readLock(join(site, 'shared/bin')).files.find(({ name }) => name === PLUGIN_ARCHIVE)
    expect(await stored('worker2')).toMatch(
      new RegExp(`^${DEVICE_PLUGIN} .*${file?.images?.[0]?.digest}`, 'm'),
    )
    expect(await startTimes()).toEqual(started)
    expect((await atSite('provision -i inv.toml')).stdout).toMatch(/Nothing to change on 3 hosts/)
    await atSite('status -i inv.toml')
  })

  it('after a reset nothing is left, and no machine has tried to reach anything else', async () => {
    expect((await atSite('reset -i inv.toml --yes --delete-data')).stdout).toContain('Audit: nothing is left')
    for (const machine of lab.machines) expect(await machineState(lab, machine)).toBe(before.get(machine))
    expect(internet.asked()).toEqual([])
    expect(network.packetsOut()).toBe(0)
    // it would have been seen
    for (const address of network.outside) {
      const sent = network.packetsOut()
      await lab.inside('driver1', `! curl -s -m 2 http://${address}/`)
      expect(network.packetsOut()).toBeGreaterThan(sent)
    }
  })
})
