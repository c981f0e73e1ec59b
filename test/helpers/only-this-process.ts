import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

/*
 * Runs before every unit test, and makes it fail when it starts a program or opens a socket. This keeps unit tests
 * fast and independent of the machine. Tests that need more are integration tests.
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
