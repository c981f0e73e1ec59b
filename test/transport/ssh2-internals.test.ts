import type { Client, ClientChannel } from 'ssh2'
import { expect, it } from 'vitest'
import { packetSize, patchClient, verifyByKey } from '../../src/transport/ssh2-internals.ts'

const answers = { answer() {}, refusal() {} }
const handlers = {
  USERAUTH_FAILURE() {},
  USERAUTH_PK_OK() {},
  USERAUTH_INFO_REQUEST() {},
  USERAUTH_PASSWD_CHANGEREQ() {},
}
const negotiated = { serverHostKey: 'ssh-ed25519-cert-v01@openssh.com' }

/** A client with this protocol object. */
const clientOf = (protocol: object | undefined) => ({ _protocol: protocol }) as unknown as Client

it.each([
  { what: 'no protocol', protocol: undefined, part: '_protocol._kex' },
  { what: 'no key exchange', protocol: { _handlers: handlers }, part: '_protocol._kex' },
  { what: 'no handlers', protocol: { _kex: undefined }, part: '_protocol._handlers' },
  {
    what: 'no handler for refusals',
    protocol: { _kex: undefined, _handlers: { ...handlers, USERAUTH_FAILURE: undefined } },
    part: '_protocol._handlers',
  },
])('refuses to log in with an ssh2 that has $what', ({ protocol, part }) => {
  expect(() => patchClient(clientOf(protocol), answers)).toThrow(
    expect.objectContaining({ code: 'SSH2_CHANGED', message: expect.stringContaining(part) }),
  )
})

it('refuses an exchange that does not say which host key was negotiated', () => {
  const protocol = { _kex: undefined as object | undefined, _handlers: handlers }
  patchClient(clientOf(protocol), answers)
  expect(() => {
    protocol._kex = { negotiated: {} }
  }).toThrow(expect.objectContaining({ code: 'SSH2_CHANGED' }))
})

it.each([
  { what: 'without a host key', exchange: { negotiated } },
  {
    what: 'without a certificate',
    exchange: { _hostKey: Buffer.from('key'), negotiated: { serverHostKey: 'ssh-ed25519' } },
  },
])('refuses a certificate in an exchange $what', ({ exchange }) => {
  const protocol = { _kex: undefined as object | undefined, _handlers: handlers }
  patchClient(clientOf(protocol), answers)
  protocol._kex = exchange
  expect(() => verifyByKey(clientOf(protocol), Buffer.from('key'))).toThrow(
    expect.objectContaining({ code: 'SSH2_CHANGED' }),
  )
})

it.each([{}, { outgoing: {} }])(
  'refuses a channel that does not say how large a packet may be: %j',
  (channel) => {
    expect(() => packetSize(channel as ClientChannel)).toThrow(
      expect.objectContaining({ code: 'SSH2_CHANGED' }),
    )
  },
)
