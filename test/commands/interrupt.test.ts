import { afterEach, expect, it } from 'vitest'
import { interruptSignal } from '../../src/commands/interrupt.ts'

let ignore = () => {}
afterEach(() => ignore())

const outputError = (code: string) => Object.assign(new Error(`${code}: it fails, write`), { code })

it.each([
  { what: 'Ctrl-C', happen: () => process.emit('SIGINT', 'SIGINT'), stops: true, told: 1 },
  { what: 'SIGTERM', happen: () => process.emit('SIGTERM', 'SIGTERM'), stops: true, told: 1 },
  {
    what: 'a full disk under stdout',
    happen: () => process.stdout.emit('error', outputError('ENOSPC')),
    stops: true,
    told: 0,
  },
  {
    what: 'a reader that stops early',
    happen: () => process.stdout.emit('error', outputError('EPIPE')),
    stops: false,
    told: 0,
  },
])('$what stops a run: $stops', ({ happen, stops, told }) => {
  let tellings = 0
  const interrupt = interruptSignal(() => tellings++)
  // without a listener of its own, an error of stdout ends this process
  const survive = () => {}
  process.stdout.on('error', survive)
  ignore = () => {
    interrupt.ignore()
    process.stdout.off('error', survive)
  }
  happen()
  expect({ aborted: interrupt.signal.aborted, told: tellings }).toEqual({ aborted: stops, told })
})
