import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import { it } from '../transport/helpers/fixtures.ts'
import { onceStep } from '../transport/helpers/once-step.ts'
import { settled } from '../transport/helpers/wait.ts'

/** How long one run may take, ms. */
const RUN_MS = 60_000
vi.setConfig({ testTimeout: 2 * RUN_MS, maxConcurrency: 8 })

// from the SSH banner to the end of the probe
it.concurrent.for(Array.from({ length: 20 }, (_, i) => ({ percent: i * 5 })))(
  'survives a break during a job and another one after $percent % of the next login',
  async ({ percent }, { sshd, proxy, machine, expect }) => {
    let login = 0
    let cut = false
    proxy.plan((count) => (count === 2 ? { down: { cutAt: Math.floor((login * percent) / 100) } } : {}))
    const running = machine.run(onceStep(machine), {
      target: sshd.target({ port: proxy.port, hostKeyChecking: 'no' }),
      onEvent: ({ event }) => {
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
    expect(readFileSync(join(machine.place, 'begun'), 'utf8')).toBe('begun\n')
  },
)
