import { expect, it } from 'vitest'
import { LiveArea } from '../../src/ui/live-area.ts'
import { FakeTerminal } from '../helpers/fake-terminal.ts'

function drawn(): { terminal: FakeTerminal; area: LiveArea } {
  const terminal = new FakeTerminal(20, 24)
  const area = new LiveArea(terminal)
  area.draw(['head', '  a row of the view'])
  return { terminal, area }
}

it('draws over what it has drawn', () => {
  const { terminal, area } = drawn()
  area.draw(['other head'])
  expect(terminal.rows()).toEqual(['other head'])
  area.clear()
  expect(terminal.rows()).toEqual([])
})

it('prints above itself what is to stay', () => {
  const { terminal, area } = drawn()
  area.above('stays\nstays, too\n', ['other head'])
  expect(terminal.rows()).toEqual(['stays', 'stays, too', 'other head'])
})

it.each([1, 2, 7, 19, 20, 21, 400])(
  'leaves nothing stale on a terminal that becomes %i columns wide',
  (width) => {
    const { terminal, area } = drawn()
    area.above('stays\n', ['head', '  a row of the view'])
    terminal.resize(width)
    area.draw(['new'])
    expect(terminal.rows().join('')).toBe('staysnew')
  },
)

it('writes nothing when nothing has changed', () => {
  const writes: string[] = []
  const area = new LiveArea({ err: (text) => writes.push(text), width: () => 20 })
  area.draw(['head'])
  area.draw(['head'])
  area.draw([])
  area.draw([])
  area.clear()
  expect(writes).toHaveLength(2)
})
