import { spawn } from 'node:child_process'
import { RCLONE } from '../../scripts/setup.js'

/** A real server that speaks S3, and the variables with which tools of AWS find it. */
export interface S3Store {
  env: Record<string, string>
  stop(): Promise<void>
}

const KEY = { id: 'AKIATEST', secret: 'se/cr+et' }

/** Serves a folder, whose folders are buckets, to those who sign with the key. */
export async function s3Store(folder: string): Promise<S3Store> {
  const key = ['--auth-key', `${KEY.id},${KEY.secret}`]
  const child = spawn(
    RCLONE,
    ['serve', 's3', folder, '--config', '/dev/null', '--addr', '127.0.0.1:0', ...key],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.stderr.on('data', (text: Buffer) => {
      said += text
      const [, address] = /Starting s3 server on \[(http:\S+?)\/?\]/.exec(said) ?? []
      if (address !== undefined) resolve(address)
    })
    void ended.then(() => reject(new Error(`rclone ended: ${said}`)))
  })
  return {
    env: {
      AWS_ENDPOINT_URL_S3: url,
      AWS_ACCESS_KEY_ID: KEY.id,
      AWS_SECRET_ACCESS_KEY: KEY.secret,
      AWS_REGION: 'us-east-1',
    },
    async stop() {
      child.kill()
      await ended
    },
  }
}
