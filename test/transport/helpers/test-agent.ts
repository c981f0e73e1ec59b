import { execFileSync, spawn } from 'node:child_process'
import { until } from './wait.ts'

/** An ssh-agent of our own, which holds no key yet. */
export interface TestAgent {
  /** Has it hold a private key. */
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
      // 1: it answers, and holds nothing
      return (error as { status?: number }).status === 1
    }
  })
  return {
    add: (path) => execFileSync('ssh-add', ['-q', path], { env, stdio: 'pipe' }),
    stop: () => child.kill(),
  }
}
