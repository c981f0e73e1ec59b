import { expect, it } from 'vitest'
import { readProbe } from '../../src/engine/probe.ts'
import { addresses } from '../../src/facts/addresses.ts'
import { command } from '../../src/facts/command.ts'
import { disk } from '../../src/facts/disk.ts'
import { type Fact, parseProbe, probeScript } from '../../src/facts/fact.ts'
import { file } from '../../src/facts/file.ts'
import { installedPackage } from '../../src/facts/packages.ts'
import { release } from '../../src/facts/release.ts'
import { system } from '../../src/facts/system.ts'
import { unit } from '../../src/facts/unit.ts'

// as a lab machine answered it
const LAB = `
::fact system
os.ID=debian
os.VERSION_ID="12"
hostname=driver1
systemd=1

::fact addresses
40: eth0    inet 10.145.246.11/24 brd 10.145.246.255 scope global eth0\\       valid_lft forever preferred_lft forever
default via 10.145.246.1 dev eth0 

::fact command
ip=/usr/sbin/ip
nosuch=

::fact file
stat /bin a1ff 777 root:root 7 1795458803 941148

::fact release

::fact unit
unit k3s.service
LoadState=loaded
ActiveState=active
unit nosuch.service
LoadState=not-found`

const ASKED = [
  system,
  addresses,
  command('ip'),
  command('nosuch'),
  file('/bin'),
  file('/nosuch'),
  release('convecthub', 'convecthub'),
  unit('k3s.service'),
  unit('nosuch.service'),
]

it.each([
  { what: 'a value', fact: command('ip'), value: '/usr/sbin/ip' },
  { what: 'nothing, told', fact: command('nosuch'), value: undefined },
  { what: 'nothing, not told', fact: file('/nosuch'), value: undefined },
  { what: 'an empty answer', fact: release('convecthub', 'convecthub'), value: undefined },
  { what: 'the middle', fact: file('/bin'), value: { type: 'link' } },
  { what: 'the end', fact: unit('nosuch.service'), value: { loaded: false } },
  { what: 'the start', fact: system, value: { hostname: 'driver1' } },
] as { what: string; fact: Fact<unknown>; value: unknown }[])('finds $what in a whole answer', (row) => {
  const answer = parseProbe(ASKED, LAB).get(row.fact)
  if (typeof row.value === 'object') expect(answer).toMatchObject(row.value as object)
  else expect(answer).toBe(row.value)
})

it.each([
  { what: 'another key', fact: command('curl'), message: 'command curl' },
  { what: 'another family', fact: installedPackage('curl'), message: 'package curl' },
])('asking for $what than was probed is a fault of ours', ({ fact, message }) => {
  expect(() => parseProbe(ASKED, LAB).get(fact)).toThrow(message)
})

it('an answer that was cut off is refused, not read as an empty host', () => {
  const cut = LAB.slice(0, LAB.indexOf('::fact release'))
  expect(() => parseProbe(ASKED, cut)).toThrow('release')
})

it.each([
  { what: 'cut off', output: '\n::fact command\nip=/sbin/ip', facts: [command('ip'), system] },
  {
    what: 'half a JSON',
    output: '\n::fact release\n{"info":{"status"',
    facts: [release('convecthub', 'convecthub')],
  },
  { what: 'empty', output: '', facts: [system] },
])('an answer that is $what is that host’s error, with its last lines', ({ output, facts }) => {
  expect(() => readProbe('w1', facts, output)).toThrow(
    expect.objectContaining({
      code: 'PROBE',
      exit: 'failed',
      details: expect.objectContaining({ host: 'w1' }),
    }),
  )
})

it('asks each family once and each key once, however many steps want it', () => {
  const script = probeScript([file('/a'), system, file('/b'), file('/a'), disk('/'), system]).reveal()
  expect(script.match(/::fact \S+?(?=')/g)).toEqual(['::fact file', '::fact system', '::fact disk'])
  expect(script.match(/paths='\/a \/b'/g)).toHaveLength(1)
})
