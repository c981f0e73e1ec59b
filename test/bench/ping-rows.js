import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { alternate } from './alternate.js'
import { ansible } from './ansible.js'
import { USER } from './hosts.js'
import { measure } from './measure.js'
import { convecthub, PROGRAM, script } from './ours.js'

/** Logs in to all hosts at once and runs sh. */
export function ping(bench) {
  const inventory = bench.inventory('ping', bench.sizes.hosts)
  const { rivals } = bench
  return alternate(bench, {
    ours: () => convecthub(bench, 'ping', '-i', inventory.ini),
    ssh2: () => bareSsh2(bench, inventory, 'true'),
    pssh: rivals.pssh && (() => parallelSsh(bench, inventory)),
    ansible: rivals.ansible && (() => ansible(bench, inventory, 'ansible', ['all', '-m', 'ping'])),
  })
}

/** Compares many hosts with few, to find the cost of one more host. */
export async function fleet(bench) {
  const { ports, names } = bench.sizes
  const few = bench.inventory('few', ports)
  const many = bench.inventory('many', ports, names / ports)
  const { ours, fewer } = await alternate(bench, {
    fewer: () => convecthub(bench, 'ping', '-i', few.ini),
    ours: () => convecthub(bench, 'ping', '-i', many.ini),
  })
  return {
    ours: { ...ours, each: ours.seconds / names },
    fewer: { ...fewer, each: fewer.seconds / ports },
  }
}

/** Compares the time of `--help` with starting Node alone. */
export function help(bench) {
  return alternate(
    bench,
    {
      node: () => measure(process.execPath, ['-e', '0'], { env: bench.env }),
      ours: () => measure(process.execPath, [PROGRAM, '--help'], { env: bench.env }),
    },
    bench.quick ? 5 : 15,
  )
}

/** Runs a script with nothing but ssh2: the best possible result. */
export function bareSsh2(bench, { hosts }, command, ...file) {
  const list = join(bench.folder, 'bare-hosts.json')
  writeFileSync(list, JSON.stringify(hosts))
  return script(bench, 'bare-ssh2.js', list, bench.key, USER, command, ...file)
}

function parallelSsh({ env, key, folder }, { list, knownHosts, hosts }) {
  const ssh = ['-F', 'none', '-i', key, '-o', `UserKnownHostsFile=${knownHosts}`]
  const args = ['-h', list, '-p', String(hosts.length), '-t', '60', ...ssh.flatMap((word) => ['-x', word])]
  return measure('parallel-ssh', [...args, 'true'], { env, cwd: folder })
}
