import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

/*
 * Set up before every unit test: it starts no program and opens no socket. So unit tests are quick, and the same on
 * every machine. What needs more is an integration test.
 */

const refuse = (what: string) => () => {
  throw new Error(`a unit test ${what}: name its file NAME.integration.test.ts, or do without`)
}

const program = refuse('starts no program')
for (const name of ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execSync', 'execFileSync'] as const)
  Object.assign(childProcess, { [name]: program })
syncBuiltinESMExports()

const socket = refuse('opens no socket')
net.Server.prototype.listen = socket
net.Socket.prototype.connect = socket
