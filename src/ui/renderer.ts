import type { Emit } from '../engine/event.ts'

export type OutputMode = 'tty' | 'plain' | 'json'

/** Hears all engine events of a run. `close` leaves the terminal as it was. */
export interface Renderer {
  on: Emit
  close(): void
  /** Stops what shows by itself, such as what moves on the terminal; what it gives has it go on. */
  still?(): () => void
}

export interface RendererOptions {
  mode: OutputMode
  color: boolean
  /** 0 to 3, as often as -v was given. */
  verbose: number
}
