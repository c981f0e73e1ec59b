import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { labIdentity } from '../../src/lab/lab-identity.ts'
import { roadOf } from '../docs/road.ts'
import { type Lab, labUp } from './lab.ts'
import { bring, install, leaveKeyboard, makeLaptop, typeAt, typeHere } from './laptop.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')

/** The machines of README.md by their addresses there, and those of the lab that take their places. */
const MACHINES: Readonly<Record<string, string>> = {
  '10.0.0.11': 'driver1',
  '10.0.0.21': 'worker1',
  '10.0.0.22': 'worker2',
}
const LAPTOP = 'worker3'

/** What is typed at the questions of a command, a line each; an empty one takes the default. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  'ssh-keygen -t ed25519': [''],
  'convecthub init': ['10.0.0.11', '', '', '', '10.0.0.21', '', '', '', '', 'ops', '', ''],
  'convecthub reset': ['inv'],
}

/** What the reader brings to the laptop before a block that begins with this, from and to. */
const BROUGHT: Readonly<Record<string, () => Promise<[from: string, to: string]>>> = {
  'sudo tar -xzf node-v*': async () => [join(clone, 'convecthub-0.1.0.tgz'), ''],
  'convecthub bundle unpack': async () => {
    const pack = join(lab.folder, 'bundle.tar')
    await typeHere(clone, `node bin/convecthub.cjs bundle pack '${lab.folder}/lab/shared/bin' '${pack}'`)
    return [pack, 'hub']
  },
}

/** What is so after a block that ends with this. `shown` is what it printed. */
const AFTER: Readonly<Record<string, (shown: string) => Promise<void>>> = {
  'npm run demo -- --down': async () => {
    const { prefix } = labIdentity(join(clone, 'lab'))
    expect(await typeHere('/', 'docker ps -a; docker network ls')).not.toContain(prefix)
  },
  'npm ci && npm run build && npm pack': async () => {
    const linked = 'npm_config_prefix=$PWD/prefix npm link && prefix/bin/convecthub --version'
    expect(await typeHere(clone, linked)).toMatch(/^convecthub 0\.1\.0 /m)
  },
  'sudo chmod 440 /etc/sudoers.d/$USER && sudo visudo -c': async () => {
    for (const machine of Object.values(MACHINES)) {
      await leaveKeyboard(lab, machine)
      await typeAt(lab, machine, 'sudo -n true')
    }
  },
  'convecthub inventory check': async () => {
    expect(await typeAt(lab, LAPTOP, 'stat -c "%a %n" inv.toml')).toBe('600 inv.toml\n')
  },
  'convecthub status': async () => {
    expect(await typeAt(lab, LAPTOP, 'convecthub hub password')).toMatch(/^[a-z2-9]{24}$/m)
    expect(await loginPage(80)).toMatch(/JupyterHub/)
  },
  'ssh ops@10.0.0.21 sudo journalctl -u k3s-agent -n 20': async (shown) => {
    expect(await loginPage(8080)).toMatch(/JupyterHub/)
    expect(shown.match(/^(driver1|worker1|worker2) +Ready /gm)).toHaveLength(3)
    expect(shown).toMatch(/ driver1 k3s\[[\s\S]* worker1 k3s\[/)
  },
  'convecthub reset': async (shown) => {
    expect(shown).toMatch(/Audit: nothing is left/)
    // three of them are mounts on a lab machine
    const left =
      'find /etc/rancher /var/lib/rancher /var/lib/kubelet /var/lib/docker -mindepth 1 2>/dev/null || :'
    for (const machine of Object.values(MACHINES)) expect(await lab.inside(machine, left)).toBe('')
  },
  'mkdir -p ~/hub/shared/bin && cd ~/hub': async () => {
    expect(await typeAt(lab, LAPTOP, "bash -ic 'complete -p convecthub'")).toMatch(/ convecthub$/m)
  },
}

let lab: Lab
/** A clone of this repository: without what git ignores. */
let clone: string
let addresses: ReadonlyMap<string, string>

beforeAll(async () => {
  clone = realpathSync(mkdtempSync(join(tmpdir(), 'convecthub-clone-')))
  const files = await typeHere(ROOT, 'git ls-files --cached --others --exclude-standard')
  for (const file of files.trim().split('\n')) {
    mkdirSync(join(clone, dirname(file)), { recursive: true })
    cpSync(join(ROOT, file), join(clone, file))
  }
  lab = await labUp(4)
  await install(lab, lab.machines)
  await makeLaptop(lab, LAPTOP)
  const inventory = readFileSync(join(lab.folder, 'lab/inv.toml'), 'utf8')
  addresses = new Map(
    Object.entries(MACHINES).map(([address, machine]) => [
      address,
      new RegExp(`^${machine} .*_host=(\\S+)`, 'm').exec(inventory)?.[1] ?? '',
    ]),
  )
})
afterAll(async () => {
  await lab?.down()
  if (existsSync(join(clone, 'lab'))) await typeHere(clone, 'npm run demo -- --down')
  rmSync(clone, { recursive: true, force: true })
})

/** What is typed here: only a fetch from the internet is not. */
const ROAD = roadOf(README).filter(({ place }) => place !== 'not run')

let lost = false
it.for(ROAD)('README.md:$line, $place', async ({ place, text, output }, { skip }) => {
  skip(lost, 'a block before it failed')
  lost = true
  const brought = Object.entries(BROUGHT).find(([start]) => text.startsWith(start))
  if (brought) await bring(lab, LAPTOP, ...(await brought[1]()))
  const shown = masked(await type(place, text))
  const wanted = output.filter((line) => line !== '').map(masked)
  expect(shown.split('\n')).toEqual(expect.arrayContaining(wanted))
  await AFTER[commands(text).at(-1) ?? '']?.(shown)
  lost = false
})

/** Types a block where it is typed. Returns what it printed. */
async function type(place: string, text: string): Promise<string> {
  const script = ofLab(text)
  switch (place) {
    case 'clone':
      return typeHere(clone, script)
    case 'laptop':
      return typeAt(lab, LAPTOP, script, answers(text))
    case 'each machine':
      for (const machine of Object.values(MACHINES)) await typeAt(lab, machine, script)
      return ''
    case 'inv.toml':
      return typeAt(lab, LAPTOP, additions(script))
    default:
      throw new Error(`nobody types at ${place}`)
  }
}

/** A script that writes lines below the headings of inv.toml, as an editor would. */
function additions(text: string): string {
  return text
    .split(/^(?=\[)/m)
    .map((part) => part.trim().split('\n'))
    .map(
      ([heading, ...lines]) =>
        `sed -i 's/^${heading?.replace('[', '\\[')}$/&\\n${lines.join('\\n')}/' inv.toml`,
    )
    .join('\n')
}

function answers(text: string): string {
  const lines = commands(text).flatMap((command) => ANSWERS[command] ?? [])
  return ofLab(lines.map((line) => `${line}\n`).join(''))
}

/** The commands of a block, without their comments. */
function commands(text: string): string[] {
  return text.split('\n').map((line) => line.replace(/\s+# .*/, ''))
}

/** With the addresses of the lab. */
function ofLab(text: string): string {
  return text.replace(/10\.0\.0\.\d+/g, (address) => addresses.get(address) ?? address)
}

/** Without what differs from run to run and by distribution: times, addresses, numbers of changes. */
function masked(text: string): string {
  return text
    .replace(/<?\b\d+(\.\d+)? (s|min)\b/g, 'TIME')
    .replace(/\d+:\d\d\b/g, 'TIME')
    .replace(/\d+\.\d+\.\d+\.\d+/g, 'ADDRESS')
    .replace(/\d+ changes and \d+ waits? in \d+ steps/g, 'CHANGES')
    .replace(/ +/g, ' ')
}

/** What the hub shows to somebody at the laptop. */
function loginPage(port: number): Promise<string> {
  return typeAt(lab, LAPTOP, ofLab(`curl -sSfL http://10.0.0.11:${port}/`))
}
