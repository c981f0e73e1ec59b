import { expect, it } from 'vitest'
import { parseAptSources } from '../../src/facts/apt-sources.ts'
import { distributionSources, renderAptSources } from '../../src/lab/apt-sources.ts'

const DEB822 = `Types: deb
# http://snapshot.example/debian
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb-src
URIs: http://mirror.example/debian
Suites: bookworm
Components: main

Types: deb
Enabled: no
URIs: http://mirror.example/off
Suites: bookworm
Components: main

Types: deb
URIs: https://vendor.example/node
Suites: nodistro
Components: main
`

it('keeps only the sources of the distribution in a deb822 file', () => {
  const sources = distributionSources(parseAptSources('debian.sources', DEB822), 'bookworm')
  expect(renderAptSources(sources)).toBe(
    'deb http://mirror.example/debian bookworm main\ndeb http://mirror.example/debian bookworm-updates main\n',
  )
})

it.each([
  [
    'deb http://m.example/ubuntu jammy main universe # x',
    'deb http://m.example/ubuntu jammy main universe\n',
  ],
  ['deb http://m.example/ubuntu jammy-security main', 'deb http://m.example/ubuntu jammy-security main\n'],
  ['# deb http://m.example/ubuntu jammy main', ''],
  ['deb-src http://m.example/ubuntu jammy main', ''],
  ['deb http://m.example/apt cloud-sdk-jammy main', ''],
  ['deb [arch=amd64 signed-by=/etc/apt/keyrings/docker.asc] http://m.example/docker jammy stable', ''],
  [
    'deb [signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg] http://m.example/ubuntu jammy main',
    'deb http://m.example/ubuntu jammy main\n',
  ],
])('keeps only the sources of the distribution in one-line format: %s', (line, expected) => {
  expect(renderAptSources(distributionSources(parseAptSources('sources.list', line), 'jammy'))).toBe(expected)
})
