import type { Emit } from '../engine/event.ts'
import type { Screen } from './screen.ts'
import type { StepTimes } from './time-left.ts'

/** What is told after the first Ctrl-C. */
export const STOPPING = 'Stopping… press Ctrl-C again to stop immediately.'

export type OutputMode = 'tty' | 'plain' | 'json'

/** Shows the engine events of a run. `close` leaves the terminal as it should be for what comes after. */
export interface Renderer {
  on: Emit
  /** Tells that Ctrl-C was pressed. */
  stopping(): void
  close(): void
  /** Pauses output that is driven by a timer, such as the live view. Returns a function that resumes it. */
  still?(): () => void
}

export interface RendererOptions {
  mode: OutputMode
  color: boolean
  /** 0 to 3: how often -v was given. */
  verbose: number
  /** How long steps took in earlier runs, to estimate the rest. */
  times?: StepTimes
  /** Where to write, when that is not this process's terminal. */
  screen?: Screen
}
