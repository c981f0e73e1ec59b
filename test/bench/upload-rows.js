import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { alternate } from './alternate.js'
import { ansible } from './ansible.js'
import { USER } from './hosts.js'
import { limitedProxy, makeLink } from './limited-proxy.js'
import { measure } from './measure.js'
import { convecthub, RECIPE, script } from './ours.js'
import { bareSsh2 } from './ping-rows.js'

const CIPHERS = ['aes128-gcm@openssh.com', 'aes128-ctr', 'chacha20-poly1305@openssh.com']
const MB = 1e6

/** Uploads a big file to one host. */
export async function upload(bench) {
  const { inventory, clear, path, ours, copy } = await contenders(bench, 1)
  const file = bigFileOf(bench)
  const scp = (cipher, source) => secureCopy(bench, inventory, cipher, source, path)
  const best = await fastest(bench, (cipher) => scp(cipher, smallerFile(bench)))
  const fresh = (act) =>
    act &&
    (() => {
      clear()
      return act()
    })
  const results = await alternate(bench, {
    ours: fresh(ours),
    scp: fresh(() => scp(best, file)),
    ssh: fresh(() => catAndHash(bench, inventory, best, file, path)),
    ssh2: fresh(() => bareSsh2(bench, inventory, `cat >${path}`, file)),
    compressing: fresh(copy && (() => copy({ compress: true }))),
    ansible: fresh(copy),
  })
  clear()
  return { ...results, scp: { ...results.scp, note: best } }
}

/** What a gigabit link carries, bytes per second. */
const GIGABIT = 110 * MB

/** Uploads the file over a link of a gigabit per second, where the wire is what takes the time. */
export async function gigabit(bench) {
  const [host] = bench.hosts
  const port = await limitedProxy({ address: '127.0.0.1', port: host.port }, makeLink(GIGABIT))
  const inventory = bench.write('gigabit', [{ ...host, address: '127.0.0.1', port }])
  const { path, clear, upload } = await contenders(bench, 1)
  const results = await alternate(bench, {
    ours: () => {
      clear()
      return upload(inventory)
    },
    scp: () => {
      clear()
      return secureCopy(bench, inventory, CIPHERS[0], bigFileOf(bench), path)
    },
  })
  clear()
  return results
}

/** Uploads the same file again: the cost of finding that nothing has to be done. */
export async function again(bench) {
  const { inventory, clear, ours, copy } = await contenders(bench, 1)
  clear()
  await ours()
  const { ping, ...mine } = await alternate(bench, {
    ping: () => convecthub(bench, 'ping', '-i', inventory.ini),
    ours,
  })
  clear()
  await copy?.()
  const theirs = await alternate(bench, { ansible: copy })
  clear()
  return { ours: { ...mine.ours, beyond: mine.ours.seconds - ping.seconds }, ...theirs }
}

/** Uploads the file to several hosts in one run: how often it is read, and how much memory that needs. */
export async function many(bench) {
  const { ours, clear } = await contenders(bench, bench.sizes.copies)
  clear()
  const { read, ...run } = await ours()
  clear()
  return { ours: { ...run, reads: read / (bench.sizes.megabytes * MB) } }
}

/** What the link from here to all hosts carries, bytes per second. */
const SHARED_LINK = 12 * MB

/** Uploads a file to several hosts over one slow link, and to one host for comparison. */
export async function relay(bench) {
  const { relayed, relayedMegabytes } = bench.sizes
  const bundle = await makeBundle(bench, relayedMegabytes)
  const path = `${bench.files}/big.tar`
  const to = (name, hosts) => async () => {
    bench.clear(relayed)
    const link = makeLink(SHARED_LINK)
    const far = hosts.map(async (host) => {
      const port = await limitedProxy({ address: '127.0.0.1', port: host.port }, link)
      return { ...host, address: '127.0.0.1', port }
    })
    const inventory = bench.write(name, await Promise.all(far))
    const run = await script(bench, RECIPE, inventory.ini, 'relay', path, bundle)
    return { ...run, times: link.there.bytes / (relayedMegabytes * MB) }
  }
  const hosts = bench.hosts.slice(0, relayed)
  const results = await alternate(bench, { ours: to('relay', hosts), one: to('relay-1', hosts.slice(0, 1)) })
  bench.clear(relayed)
  return results
}

async function contenders(bench, count) {
  const inventory = bench.inventory(`upload-${count}`, count)
  const bundle = await makeBundle(bench, bench.sizes.megabytes)
  const path = `${bench.files}/big.tar`
  const upload = (from) => script(bench, RECIPE, from.ini, 'file', path, bundle)
  const args = ['all', '-m', 'copy', '-a', `src=${bigFileOf(bench)} dest=${path}`]
  return {
    inventory,
    path,
    clear: () => bench.clear(count),
    ours: () => upload(inventory),
    upload,
    copy: bench.rivals.ansible && ((options) => ansible(bench, inventory, 'ansible', args, options)),
  }
}

const bigFileOf = ({ folder, sizes }) => join(folder, `bundle-${sizes.megabytes}`, 'big.tar')

/** Makes a bundle with a big file. Its digest is cached then, as it is for a user after the first run. */
async function makeBundle(bench, megabytes) {
  const folder = join(bench.folder, `bundle-${megabytes}`)
  if (existsSync(folder)) return folder
  mkdirSync(folder)
  writeRandom(join(folder, 'big.tar'), megabytes)
  for (const name of ['k3s', 'helm', 'jupyterhub-1.0.0.tgz']) writeFileSync(join(folder, name), name)
  await convecthub(bench, 'bundle', 'lock', folder, '--k3s', 'v1.34.1+k3s1')
  return folder
}

function smallerFile({ folder, sizes }) {
  const path = join(folder, 'smaller')
  if (!existsSync(path)) writeRandom(path, Math.ceil(sizes.megabytes / 5))
  return path
}

function writeRandom(path, megabytes) {
  for (let written = 0; written < megabytes; written += 1) appendFileSync(path, randomBytes(MB))
}

const openssh = ({ key }, { knownHosts }, cipher) => [
  ...['-F', 'none', '-i', key, '-o', `UserKnownHostsFile=${knownHosts}`],
  ...['-c', cipher],
]

function secureCopy(bench, inventory, cipher, source, path) {
  const [host] = inventory.hosts
  const target = `${USER}@${host.address}:${path}`
  const options = ['-q', ...openssh(bench, inventory, cipher), '-P', String(host.port)]
  return measure('scp', [...options, source, target], bench)
}

/** Uploads with OpenSSH's client and hashes the file on the host with the program that convecthub uses there. */
function catAndHash(bench, inventory, cipher, source, path) {
  const [host] = inventory.hosts
  const command = `cat >${path} && if command -v openssl >/dev/null; then openssl dgst -sha256 ${path}; else sha256sum ${path}; fi`
  const login = [...openssh(bench, inventory, cipher), '-p', String(host.port), `${USER}@${host.address}`]
  return measure('sh', ['-c', 'exec ssh "$@" <"$0"', source, ...login, command], bench)
}

/** Finds the fastest cipher for scp on this machine. Any other choice would be unfair to scp. */
async function fastest(bench, copy) {
  const ciphers = Object.fromEntries(CIPHERS.map((each) => [each, () => copy(each)]))
  const times = await alternate(bench, ciphers, 7)
  return CIPHERS.toSorted((a, b) => times[a].seconds - times[b].seconds)[0]
}
