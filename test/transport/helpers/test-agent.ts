import { execFileSync, spawn } from 'node:child_process'
import { until } from './wait.ts'

/** A new ssh-agent without keys. */
export interface TestAgent {
  /** Loads a private key. */
  add(path: string): void
  stop(): void
}

export async function testAgent(socket: string): Promise<TestAgent> {
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  const env = { ...process.env, SSH_AUTH_SOCK: socket }
  await until('the agent', () => {
    try {
      execFileSync('ssh-add', ['-l'], { env, stdio: 'pipe' })
      return true
    } catch (error) {
      // 1: the agent answers, and has no keys
      return (error as { status?: number }).status === 1
    }
  })
  return {
    add: (path) => execFileSync('ssh-add', ['-q', path], { env, stdio: 'pipe' }),
    stop: () => child.kill(),
  }
}
