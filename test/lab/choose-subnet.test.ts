import { describe, expect, it } from 'vitest'
import { chooseSubnet, parseRoutes } from '../../src/lab/choose-subnet.ts'

describe('chooseSubnet', () => {
  it('gives the same lab the same subnet, and a /24 clear of K3s', () => {
    const subnet = chooseSubnet([], 'abc')
    expect(subnet).toMatch(/^10\.1\d\d\.\d+\.0\/24$/)
    expect(chooseSubnet([], 'abc')).toBe(subnet)
  })

  it.each([
    ['the very subnet', (subnet: string) => subnet],
    ['a part of it', (subnet: string) => subnet.replace('.0/24', '.128/25')],
    ['a range around it', (subnet: string) => subnet.replace(/\.\d+\.0\/24/, '.0.0/16')],
  ])('leaves %s alone', (_, taken) => {
    const first = chooseSubnet([], 'abc')
    const second = chooseSubnet([taken(first)], 'abc')
    expect(second).not.toBe(first)
  })

  it('says so when nothing is free', () => {
    expect(() => chooseSubnet(['10.0.0.0/8'], 'abc')).toThrow(expect.objectContaining({ code: 'LAB_SUBNET' }))
  })

  it('ignores what is no IPv4 network', () => {
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
