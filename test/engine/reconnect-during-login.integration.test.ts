import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { faultProxy } from '../transport/helpers/fault-proxy.ts'
import { onceStep } from '../transport/helpers/once-step.ts'
import { oneHost } from '../transport/helpers/one-host.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { settled } from '../transport/helpers/wait.ts'

/** How long one run may take, ms. */
const RUN_MS = 60_000
vi.setConfig({ testTimeout: 2 * RUN_MS, maxConcurrency: 8 })

let sshd: RealSshd
beforeAll(async () => {
  sshd = await realSshd()
})
afterAll(() => sshd?.stop())

// from the banner to the last word of the probe
it.concurrent.each(Array.from({ length: 20 }, (_, i) => ({ percent: i * 5 })))(
  'a link that breaks in the middle of a job and again at $percent % of the next login is no error',
  async ({ percent }) => {
    const proxy = await faultProxy(sshd.port)
    const host = oneHost()
    try {
      let login = 0
      let cut = false
      proxy.plan((count) => (count === 2 ? { down: { cutAt: Math.floor((login * percent) / 100) } } : {}))
      const running = host.run(onceStep(host), {
        target: sshd.target({ port: proxy.port, hostKeyChecking: 'no' }),
        hear: ({ event }) => {
          if (event === 'connected') login = proxy.bytes('down')
          if (event !== 'line' || cut) return
          cut = true
          proxy.cut()
        },
      })
      const { report, errors } = await settled(running, RUN_MS)
      expect(errors).toEqual([])
      expect(report.ok).toBe(true)
      expect(proxy.connections()).toBe(3)
      expect(readFileSync(join(host.place, 'begun'), 'utf8')).toBe('begun\n')
    } finally {
      proxy.stop()
      host.remove()
    }
  },
)
