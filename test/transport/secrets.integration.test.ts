import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import { it } from './helpers/fixtures.ts'
import { until } from './helpers/wait.ts'

/** Which of the words are now in some process's argv or environment, each as `word in /proc/…`. */
function seen(words: readonly string[]): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`])
    .flatMap((file) => {
      try {
        const text = readFileSync(file, 'latin1')
        return words.filter((word) => text.includes(word)).map((word) => `${word} in ${file}`)
      } catch {
        return []
      }
    })
}

it.for(['root', 'a user with sudo'])(
  'keeps secrets out of argv and environment, as %s',
  async (who, { sshd, user }) => {
    const canary = `canary-${randomBytes(8).toString('hex')}'"$x`
    const word = canary.slice(0, 20)
    const mark = `seen-${randomBytes(8).toString('hex')}`
    const password = new Secret(user.password)
    const host = await connect(
      sshd.target(who === 'root' ? {} : { user: user.name, becomePassword: password }),
    )
    const gate = `${sshd.folder}/${mark}.gate`
    let over = false
    // the mark is in an argv: finding it shows that the search works
    const job = host
      .run(
        sh`printf '%s' ${new Secret(canary)} >${`${gate}.file`}
        (while [ ! -e ${gate} ]; do sh -c 'sleep 0.02' ${mark}; done) | cat
        printf '%s' ${new Secret(canary)} | cat; echo; exit 3`,
        { name: 'keep a secret', timeoutMs: 20_000 },
      )
      .finally(() => {
        over = true
      })
    const found = new Set<string>()
    let marked = 0
    await until('20 looks at all processes while the job runs', () => {
      const now = seen([word, user.password, mark])
      for (const one of now) if (!one.startsWith(mark)) found.add(one)
      if (now.some((one) => one.startsWith(mark))) marked += 1
      return marked >= 20
    })
    expect(over).toBe(false)
    sshd.write(`${mark}.gate`, '')
    const result = await job
    expect([...found]).toEqual([])
    expect(result).toMatchObject({ code: 3, output: canary })
    expect(readFileSync(`${gate}.file`, 'utf8')).toBe(canary)
    expect(user.sudoLog()).not.toContain(word)
    host.close()
  },
)
