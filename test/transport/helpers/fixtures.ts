import { test } from 'vitest'
import { connect } from '../../../src/transport/connect.ts'
import type { Connection } from '../../../src/transport/connection.ts'
import { faultProxy } from './fault-proxy.ts'
import { oneHost } from './one-host.ts'
import { realSshd } from './real-sshd.ts'
import { testUser } from './test-user.ts'

/**
 * `it` for tests of connections. Fixtures that a test names are created for it and removed afterwards:
 *
 * - `sshd`: one server for all tests of the file, with `sshdSettings` as extra lines of its sshd_config
 * - `host`: a connection to `sshd`, for all tests of the file
 * - `fresh`: opens another connection to `sshd`, for one test
 * - `proxy`: a fault proxy in front of `sshd`, for one test
 * - `user`: a user whose sudo wants a password, for one test
 * - `machine`: this machine as the only host of a run, for one test
 */
export const it = test
  .extend('sshdSettings', { scope: 'file' }, (): readonly string[] => [])
  .extend('sshd', { scope: 'file' }, async ({ sshdSettings }, { onCleanup }) => {
    const sshd = await realSshd(sshdSettings)
    onCleanup(() => sshd.stop())
    return sshd
  })
  .extend('host', { scope: 'file' }, async ({ sshd }, { onCleanup }) => {
    const host = await connect(sshd.target())
    onCleanup(() => host.close())
    return host
  })
  .extend('fresh', ({ sshd }, { onCleanup }) => {
    const open: Connection[] = []
    onCleanup(() => {
      for (const host of open) host.close()
    })
    return async () => {
      const host = await connect(sshd.target())
      open.push(host)
      return host
    }
  })
  .extend('proxy', async ({ sshd }, { onCleanup }) => {
    const proxy = await faultProxy(sshd.port)
    onCleanup(() => proxy.stop())
    return proxy
  })
  .extend('user', ({}, { onCleanup }) => {
    const user = testUser('(ALL) ALL')
    onCleanup(() => user.remove())
    return user
  })
  .extend('machine', ({}, { onCleanup }) => {
    const machine = oneHost()
    onCleanup(() => machine.remove())
    return machine
  })
