import { describe, expect, it } from 'vitest'
import { chooseSubnet, parseRoutes } from '../../src/lab/choose-subnet.ts'

describe('chooseSubnet', () => {
  it('returns the same subnet for the same lab, outside the networks of K3s', () => {
    const subnet = chooseSubnet([], 'abc')
    expect(subnet).toMatch(/^10\.1\d\d\.\d+\.0\/24$/)
    expect(chooseSubnet([], 'abc')).toBe(subnet)
  })

  it.each([
    ['is itself taken', (subnet: string) => subnet],
    ['contains a taken one', (subnet: string) => subnet.replace('.0/24', '.128/25')],
    ['is inside a taken one', (subnet: string) => subnet.replace(/\.\d+\.0\/24/, '.0.0/16')],
  ])('skips a subnet that %s', (_, taken) => {
    const first = chooseSubnet([], 'abc')
    const second = chooseSubnet([taken(first)], 'abc')
    expect(second).not.toBe(first)
  })

  it('throws when no subnet is free', () => {
    expect(() => chooseSubnet(['10.0.0.0/8'], 'abc')).toThrow(expect.objectContaining({ code: 'LAB_SUBNET' }))
  })

  it('ignores everything except IPv4 networks', () => {
    expect(chooseSubnet(['fd00::/8', ''], 'abc')).toBe(chooseSubnet([], 'abc'))
  })
})

it('parseRoutes reads /proc/net/route without default routes', () => {
  const text = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'br-1\t0000D50A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
    '',
  ].join('\n')
  expect(parseRoutes(text)).toEqual(['10.213.0.0/24', '172.17.0.0/16'])
})
