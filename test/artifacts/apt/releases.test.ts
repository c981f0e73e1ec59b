import { expect, it } from 'vitest'
import { RELEASES, releaseOf } from '../../../src/artifacts/apt/releases.ts'
import { bundleSpecSchema } from '../../../src/artifacts/bundle-spec.ts'

const UBUNTU = 'main restricted universe multiverse'

it.each<{ release: string; architecture?: string; mirror?: string; lines: string[] }>([
  {
    release: 'ubuntu-22.04',
    lines: ['jammy', 'jammy-updates', 'jammy-security'].map(
      (suite) => `http://archive.ubuntu.com/ubuntu ${suite} ${UBUNTU}`,
    ),
  },
  {
    release: 'ubuntu-24.04',
    architecture: 'arm64',
    lines: ['noble', 'noble-updates', 'noble-security'].map(
      (suite) => `http://ports.ubuntu.com/ubuntu-ports ${suite} ${UBUNTU}`,
    ),
  },
  {
    release: 'debian-12',
    lines: [
      'http://ftp.debian.org/debian bookworm main contrib non-free non-free-firmware',
      'http://ftp.debian.org/debian bookworm-updates main contrib non-free non-free-firmware',
      'http://security.debian.org/debian-security bookworm-security main contrib non-free non-free-firmware',
    ],
  },
  {
    release: 'debian-10',
    lines: [
      'http://archive.debian.org/debian buster main contrib non-free',
      'http://archive.debian.org/debian buster-updates main contrib non-free',
      'http://archive.debian.org/debian-security buster/updates main contrib non-free',
    ],
  },
  {
    release: 'debian-11',
    mirror: 'https://mirror.lan/debian/',
    lines: [
      'https://mirror.lan/debian bullseye main contrib non-free',
      'https://mirror.lan/debian bullseye-updates main contrib non-free',
      'https://mirror.lan/debian-security bullseye-security main contrib non-free',
    ],
  },
])('$release $architecture comes from $lines', ({ architecture = 'amd64', lines, ...spec }) => {
  const found = releaseOf(spec, architecture)
  expect(found?.lines.map(({ uri, suite, components }) => [uri, suite, ...components].join(' '))).toEqual(
    lines,
  )
})

it.each(['debian-1', 'ubuntu-22.4', 'fedora-40', 'debian'])('%s is not known', (release) => {
  expect(releaseOf({ release }, 'amd64')).toBeUndefined()
})

it('every known release can be written in bundle.yaml', () => {
  expect(RELEASES).toEqual(expect.arrayContaining(['debian-9', 'debian-12', 'ubuntu-16.04', 'ubuntu-24.04']))
  const apt = RELEASES.map((release) => ({ release }))
  expect(bundleSpecSchema.shape.apt.parse(apt).map(({ release }) => release)).toEqual(RELEASES)
})
