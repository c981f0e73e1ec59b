import { expect, it } from 'vitest'
import { readProbe } from '../../src/engine/probe.ts'
import { addresses } from '../../src/facts/addresses.ts'
import { command } from '../../src/facts/command.ts'
import { disk } from '../../src/facts/disk.ts'
import { type Fact, makeProbe, type Probe } from '../../src/facts/fact.ts'
import { file } from '../../src/facts/file.ts'
import { installedPackage } from '../../src/facts/packages.ts'
import { release } from '../../src/facts/release.ts'
import { system } from '../../src/facts/system.ts'
import { unit } from '../../src/facts/unit.ts'

// the answer of a lab machine; ::fact stands for the random mark of a probe
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
stat /bin a1ff 777 0:0 7 1795458803 941148

::fact release

::fact unit
unit k3s.service
LoadState=loaded
ActiveState=active
unit nosuch.service
LoadState=not-found`

const markOf = ({ script }: Probe) => /@@\w+/.exec(script.reveal())?.[0] ?? ''

/** Parses a text as the answer to a probe of these facts. */
function answered(facts: readonly Fact<unknown>[], text: string, end = '\n::fact end\n') {
  const questions = makeProbe(facts)
  return questions.read((text + end).replaceAll('::fact', markOf(questions)))
}

const ASKED = [
  system,
  addresses,
  command('ip'),
  command('nosuch'),
  file('/bin'),
  file('/nosuch'),
  release,
  unit('k3s.service'),
  unit('nosuch.service'),
]

it.each([
  { what: 'a value', fact: command('ip'), value: '/usr/sbin/ip' },
  { what: 'an explicit "nothing"', fact: command('nosuch'), value: undefined },
  { what: 'nothing for a key without a line', fact: file('/nosuch'), value: undefined },
  { what: 'an empty answer', fact: release, value: undefined },
  { what: 'a value in the middle', fact: file('/bin'), value: { type: 'link' } },
  { what: 'a value at the end', fact: unit('nosuch.service'), value: { loaded: false } },
  { what: 'a value at the start', fact: system, value: { hostname: 'driver1' } },
] as { what: string; fact: Fact<unknown>; value: unknown }[])('reads $what from a complete answer', (row) => {
  const answer = answered(ASKED, LAB).get(row.fact)
  if (typeof row.value === 'object') expect(answer).toMatchObject(row.value as object)
  else expect(answer).toBe(row.value)
})

it.each([
  { what: 'another key', fact: command('curl'), message: 'command curl' },
  { what: 'another family', fact: installedPackage('curl'), message: 'package curl' },
])('throws when asked for $what than was probed', ({ fact, message }) => {
  expect(() => answered(ASKED, LAB).get(fact)).toThrow(message)
})

it.each([
  { what: 'a family missing', text: LAB.slice(0, LAB.indexOf('::fact release')), message: 'release' },
  { what: 'the end missing', text: LAB, end: '', message: 'cut off' },
  {
    what: 'a section that comes twice',
    text: `${LAB}\n::fact system\nhostname=other`,
    message: 'twice on system',
  },
])('refuses an answer with $what, instead of reading an empty host', ({ text, end, message }) => {
  expect(() => answered(ASKED, text, end)).toThrow(message)
})

it('ignores output before the probe and sections with the mark of another probe', () => {
  const other = markOf(makeProbe([system]))
  const facts = answered([system], `x\n${other} system\nhostname=evil\n::fact system\nhostname=good`)
  expect(facts.get(system).hostname).toBe('good')
})

it.each([
  {
    what: 'a truncated answer',
    output: '\n::fact command\nip=/sbin/ip',
    facts: [command('ip'), system],
    why: 'the probe was cut off',
  },
  {
    what: 'an answer with incomplete JSON',
    output: '\n::fact release\n{"info":{"status"\n::fact end',
    facts: [release],
    why: 'its answer on release makes no sense',
  },
  { what: 'an empty answer', output: '', facts: [system], why: 'the probe was cut off' },
])('turns $what into an error of that host: $why', ({ output, facts, why }) => {
  const questions = makeProbe(facts)
  const text = output.replaceAll('::fact', markOf(questions))
  expect(() => readProbe('w1', questions, text)).toThrow(
    expect.objectContaining({
      code: 'PROBE',
      exit: 'failed',
      message: `the host's answers cannot be read: ${why}`,
      details: expect.objectContaining({ host: 'w1', hint: expect.stringContaining('sudo sh -c id') }),
    }),
  )
})

it('asks each family and each key once, however many steps want it', () => {
  const questions = makeProbe([file('/a'), system, file('/b'), file('/a'), disk('/'), system])
  const script = questions.script.reveal()
  const sections = [...script.matchAll(/@@\w+ (\w+)/g)].map(([, name]) => name)
  expect(sections).toEqual(['file', 'system', 'disk', 'end'])
  expect(script.match(/paths='\/a \/b'/g)).toHaveLength(1)
})

it('gives every probe its own mark', () => {
  expect(new Set(Array.from({ length: 100 }, () => markOf(makeProbe([system])))).size).toBe(100)
})
