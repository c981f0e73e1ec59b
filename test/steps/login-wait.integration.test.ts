import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { marks, renderChanges } from '../../src/engine/render.ts'
import { login } from '../../src/steps/login.ts'
import { page } from '../helpers/fake-facts.ts'
import { type LocalHost, localHost } from '../helpers/local-host.ts'
import { planStep } from '../helpers/plan-step.ts'
import { testDesired } from '../helpers/test-cluster.ts'

let host: LocalHost
beforeEach(() => {
  host = localHost()
})
afterEach(() => host.remove())

it('the fact and the wait both accept a login page whose TLS connection ends uncleanly', async () => {
  const curl = join(host.bin, 'curl')
  // curl exits 56: GnuTLS misses the close of the TLS connection
  writeFileSync(
    curl,
    '#!/bin/sh\nprintf "HTTP/1.1 200 OK\\r\\n\\r\\n<title>JupyterHub\\n</title>"\nexit 56\n',
  )
  chmodSync(curl, 0o755)
  const d1 = [page('http', 80, 200), page('https', 443, 0)]
  const [change] = planStep(login, testDesired(), 'd1', { d1 })
  if (change?.kind !== 'wait') throw new Error('a wait was planned before')
  const script = renderChanges([[0, { ...change, timeoutMs: 1000 }]], 'login', marks('@@x'))
  expect((await host.connection.run(script, { name: 'wait', timeoutMs: 10_000 })).code).toBe(0)
})
