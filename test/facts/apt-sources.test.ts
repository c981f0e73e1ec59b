import { expect, it } from 'vitest'
import { aptSources } from '../../src/facts/apt-sources.ts'
import { parseFact } from '../helpers/parse-fact.ts'

/** What the probe prints for a file in sources.list.d. */
const printed = (name: string, text: string) =>
  text
    .split('\n')
    .map((line) => `source /etc/apt/sources.list.d/${name}:${line}`)
    .join('\n')

/** The entries of a file, each as "LINE TYPE URI SUITE COMPONENTS [ARCHITECTURES] KEY". */
const read = (name: string, text: string) =>
  parseFact(aptSources, printed(name, text)).map(
    ({ line, type, uri, suite, components, architectures, signedBy }) =>
      `${line} ${type} ${uri} ${suite} ${components.join()} [${architectures.join()}] ${signedBy}`,
  )

const KEY = '/etc/apt/keyrings/docker.asc'
const DEB822 = `# Docker's
Types: deb
# of the mirror
URIs: http://m.lan/docker/
Suites: jammy
Components: stable
  test
Architectures: amd64
signed-by: ${KEY}

Types: deb deb-src
URIs: http://a.lan/ubuntu https://b.lan/ubuntu
Suites: jammy ./
Components: main
`

it.each<{ what: string; name?: string; text: string; entries: string[] }>([
  {
    what: 'the line from Docker’s manual',
    text: `deb [arch=amd64 signed-by=${KEY}] https://m.lan/linux/ubuntu jammy stable`,
    entries: [`1 deb https://m.lan/linux/ubuntu jammy stable [amd64] ${KEY}`],
  },
  {
    what: 'comments, empty lines, tabs, a slash at the end',
    text: '# deb http://no.lan x y\n\n  deb\thttp://m.lan/u/   jammy  main universe # why\n#',
    entries: ['3 deb http://m.lan/u jammy main,universe [] undefined'],
  },
  {
    what: 'options with blanks around, several architectures',
    text: 'deb-src [ trusted=yes arch=amd64,arm64 ]http://m.lan/u ./',
    entries: ['1 deb-src http://m.lan/u ./  [amd64,arm64] undefined'],
  },
  { what: 'half a line', text: 'deb http://m.lan/u', entries: [] },
  {
    what: 'stanzas',
    name: 'd.sources',
    text: DEB822,
    entries: [
      `2 deb http://m.lan/docker jammy stable,test [amd64] ${KEY}`,
      '11 deb http://a.lan/ubuntu jammy main [] undefined',
      '11 deb http://a.lan/ubuntu ./ main [] undefined',
      '11 deb https://b.lan/ubuntu jammy main [] undefined',
      '11 deb https://b.lan/ubuntu ./ main [] undefined',
      '11 deb-src http://a.lan/ubuntu jammy main [] undefined',
      '11 deb-src http://a.lan/ubuntu ./ main [] undefined',
      '11 deb-src https://b.lan/ubuntu jammy main [] undefined',
      '11 deb-src https://b.lan/ubuntu ./ main [] undefined',
    ],
  },
  {
    what: 'an inline key in a stanza',
    name: 'd.sources',
    text: 'Types: deb\nURIs: http://m.lan\nSuites: x\nSigned-By:\n -----BEGIN PGP\n .\n mQ==',
    entries: ['1 deb http://m.lan x  [] -----BEGIN PGP . mQ=='],
  },
  {
    what: 'a disabled stanza',
    name: 'd.sources',
    text: 'Types: deb\nURIs: http://m.lan\nSuites: x\nEnabled: no',
    entries: [],
  },
  { what: 'a file name that apt ignores', name: 'docker list', text: 'deb http://m.lan/u x y', entries: [] },
  { what: 'nothing', text: '', entries: [] },
])('reads $what: $entries', ({ name = 'docker.list', text, entries }) => {
  expect(read(name, text)).toEqual(entries)
})
