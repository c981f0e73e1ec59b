import { expect, it } from 'vitest'
import { atLeast, hasSince, upgradeKind } from '../../src/steps/k3s-version.ts'

it.each([
  { version: 'v1.21.3+k3s1', wanted: '1.21.3', is: true },
  { version: 'v1.21.3+k3s1', wanted: '1.21.4', is: false },
  { version: 'v1.9.9', wanted: '1.10.0', is: false },
  { version: '2.0', wanted: '1.35.0', is: true },
  { version: 'v1.35.0-rc1+k3s1', wanted: '1.35.0', is: true },
  { version: '', wanted: '0.0.1', is: false },
])('$version is at least $wanted: $is', ({ version, wanted, is }) => {
  expect(atLeast(version, wanted)).toBe(is)
})

it.each([
  { from: 'v1.34.1+k3s1', to: 'v1.34.1+k3s1', is: 'same' },
  { from: 'v1.34.1+k3s1', to: 'v1.34.1+k3s2', is: 'up' },
  { from: 'v1.34.1+k3s2', to: 'v1.34.1+k3s1', is: 'down' },
  { from: 'v1.34.1+k3s1', to: 'v1.34.10+k3s1', is: 'up' },
  { from: 'v1.34.9+k3s1', to: 'v1.35.0+k3s1', is: 'up' },
  { from: 'v1.34.9+k3s1', to: 'v1.36.0+k3s1', is: 'far' },
  { from: 'v1.35.0+k3s1', to: 'v1.34.9+k3s1', is: 'down' },
  { from: 'v1.99.0+k3s1', to: 'v2.0.0+k3s1', is: 'far' },
])('from $from to $to is $is', ({ from, to, is }) => {
  expect(upgradeKind(from, to)).toBe(is)
})

it.each([
  { version: 'v1.34.9+k3s1', is: false },
  { version: 'v1.34.10+k3s1', is: true },
  { version: 'v1.35.6+k3s1', is: false },
  { version: 'v1.35.7+k3s1', is: true },
  { version: 'v1.36.0+k3s1', is: true, why: 'a later minor version' },
  { version: 'v1.33.20+k3s1', is: false, why: 'an earlier minor version, which never got it' },
  { version: '', is: false },
])('$version has what came with 1.34.10 and 1.35.7: $is', ({ version, is }) => {
  expect(hasSince(version, ['1.34.10', '1.35.7'])).toBe(is)
})
