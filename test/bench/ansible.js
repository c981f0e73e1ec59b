import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOOKED_AT, markOf, PACKAGE, smallFiles } from '../../dist/internals.cjs'
import { measure } from './measure.js'

/**
 * Runs Ansible with its fastest settings: pipelining, one fork per host, connections kept open during a run, no fact
 * gathering, no search for Python. Each run starts without a connection. Ansible's default ssh_args compress, which is
 * slower here; `compress` keeps them.
 * @param {{ folder: string, env: NodeJS.ProcessEnv, rivals: object }} bench
 * @param {{ knownHosts: string, hosts: readonly unknown[] }} inventory
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ mitogen?: boolean, compress?: boolean }} [options]
 */
export async function ansible({ folder, env, rivals }, inventory, command, args, options = {}) {
  const own = join(folder, 'ansible')
  const config = join(own, 'ansible.cfg')
  const sockets = join(own, 'cp')
  mkdirSync(sockets, { recursive: true })
  writeFileSync(config, configText(own, sockets, inventory, options.compress))
  const strategy = options.mitogen && {
    ANSIBLE_STRATEGY_PLUGINS: rivals.mitogen.path,
    ANSIBLE_STRATEGY: 'mitogen_linear',
  }
  try {
    return await measure(command, ['-i', inventory.ini, ...args], {
      cwd: own,
      env: { ...env, ANSIBLE_CONFIG: config, ...strategy },
    })
  } finally {
    for (const socket of readdirSync(sockets))
      spawnSync('ssh', ['-F', 'none', '-O', 'exit', '-o', `ControlPath=${join(sockets, socket)}`, 'host'])
  }
}

function configText(folder, sockets, { knownHosts, hosts }, compress) {
  return `[defaults]
forks = ${hosts.length}
gathering = explicit
interpreter_python = /usr/bin/python3
host_key_checking = True
retry_files_enabled = False
deprecation_warnings = False
local_tmp = ${folder}/local
[ssh_connection]
pipelining = True
control_path_dir = ${sockets}
ssh_args = ${compress ? '-C ' : ''}-F none -o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=${knownHosts}
`
}

/** Writes the fourteen items as a playbook, in JSON, which is YAML. A loop over ten files is faster than ten tasks. */
export function writePlaybook(path, folder) {
  const tasks = [
    { file: { path: folder, state: 'directory', mode: '0755' } },
    {
      copy: { dest: '{{ item.path }}', content: '{{ item.content }}', mode: '0644' },
      loop: smallFiles(folder),
    },
    { command: `dpkg-query -W ${PACKAGE}`, changed_when: false },
    { stat: { path: LOOKED_AT } },
    { command: { cmd: `touch ${markOf(folder)}`, creates: markOf(folder) } },
  ]
  writeFileSync(path, JSON.stringify([{ hosts: 'all', gather_facts: false, tasks }], null, 2))
}

/** The number of tasks that changed something on all hosts, from the recap of a playbook. */
export function changedTasks({ stdout }) {
  return [...stdout.matchAll(/ changed=(\d+) /g)].reduce((sum, [, count]) => sum + Number(count), 0)
}
