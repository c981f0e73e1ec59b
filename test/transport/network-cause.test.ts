import { expect, it } from 'vitest'
import { networkCause } from '../../src/transport/network-cause.ts'
import { testTarget } from './helpers/test-target.ts'

const target = testTarget({ address: 'node1', port: 2299 })

it.each([
  {
    code: 'ECONNREFUSED',
    message: 'nothing listens on node1:2299 (connection refused)',
    hint: 'is sshd running, and is 2299 its port?',
  },
  {
    code: 'ENOTFOUND',
    message: 'the name node1 is not known to DNS',
    hint: 'correct ansible_host, or give an address there',
  },
  {
    code: 'EAI_AGAIN',
    message: 'the name node1 could not be looked up: no DNS server answered',
    hint: 'give an address in ansible_host, or correct /etc/resolv.conf of this computer',
  },
  {
    code: 'EHOSTUNREACH',
    message: 'node1 does not answer (no route to host)',
    hint: 'is the machine on, and on this network?',
  },
  {
    code: 'ENETUNREACH',
    message: 'this computer has no route to node1 (network is unreachable)',
    hint: 'is it connected to that network? its routes: ip route get node1',
  },
  {
    code: 'ETIMEDOUT',
    message: 'node1:2299 does not answer',
    hint: 'is the machine on, on this network, and lets its firewall port 2299 in? for a slow network, wait longer: -T 30',
  },
  {
    code: 'EACCES',
    message: 'this computer may not connect to node1:2299 (permission denied)',
    hint: 'a firewall of this computer forbids it: nft list ruleset',
  },
  {
    code: 'EMFILE',
    message: 'this computer allows no more open connections (too many open files)',
    hint: 'allow more: ulimit -n 4096, or fewer at once: -f 10',
  },
  {
    code: 'ENOBUFS',
    message: 'node1:2299 cannot be reached: no buffer space available',
    hint: 'is the machine on, and on this network?',
  },
])('says what $code means and one thing to do', ({ code, message, hint }) => {
  const cause = networkCause({ code })
  expect({ message: cause.message(target), hint: cause.hint(target) }).toEqual({ message, hint })
})

it('writes an IPv6 address with its port as ssh does', () => {
  const six = { ...target, address: 'fd00::1' }
  expect(networkCause({ code: 'ECONNREFUSED' }).message(six)).toContain('on [fd00::1]:2299 ')
})
