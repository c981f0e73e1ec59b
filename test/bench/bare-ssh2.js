// node bare-ssh2.js HOSTS KEY USER COMMAND [FILE]: the least work that a program with ssh2 can do. Logs in to all hosts
// at once and runs COMMAND with FILE as input. HOSTS is a JSON file. Prints the time in ms as JSON.
import { createReadStream, readFileSync } from 'node:fs'
import ssh2 from 'ssh2'

const [hostsFile, key, username, command, file] = process.argv.slice(2)
const privateKey = readFileSync(key)
const began = performance.now()

await Promise.all(JSON.parse(readFileSync(hostsFile, 'utf8')).map(runOn))
process.stdout.write(`${JSON.stringify({ ms: performance.now() - began })}\n`)

function runOn({ address, port }) {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    client.on('error', reject)
    client.on('ready', () =>
      client.exec(command, (error, stream) => {
        if (error) return reject(error)
        let code
        stream.on('exit', (status) => {
          code = status
        })
        stream.on('close', () => {
          client.end()
          if (code === 0) resolve()
          else reject(new Error(`${command}: exit code ${code}`))
        })
        stream.resume()
        stream.stderr.resume()
        if (file) createReadStream(file, { highWaterMark: 256 * 1024 }).pipe(stream)
        else stream.end()
      }),
    )
    client.connect({
      host: address,
      port,
      username,
      privateKey,
      readyTimeout: 60_000,
      // the fastest cipher for a file
      ...(file && { algorithms: { cipher: ['aes128-gcm@openssh.com'] } }),
    })
  })
}
