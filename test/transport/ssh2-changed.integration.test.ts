import ssh2 from 'ssh2'
import { expect, vi } from 'vitest'
import { ConvecthubError } from '../../src/errors.ts'
import { connect } from '../../src/transport/connect.ts'
import { it } from './helpers/fixtures.ts'

it('reports a changed ssh2 as such, also when ssh2 catches the error', async ({ sshd }) => {
  const { connect: original } = ssh2.Client.prototype
  using _ = vi.spyOn(ssh2.Client.prototype, 'connect').mockImplementation(function (
    this: ssh2.Client,
    config,
  ) {
    setImmediate(() => this.emit('error', new ConvecthubError('SSH2_CHANGED', 'it is another one')))
    return original.call(this, config)
  })
  await expect(connect(sshd.target())).rejects.toMatchObject({ code: 'SSH2_CHANGED' })
})
