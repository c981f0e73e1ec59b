import type { Emit } from '../engine/event.ts'

export type OutputMode = 'tty' | 'plain' | 'json'

/** Shows the engine events of a run. `close` restores the terminal. */
export interface Renderer {
  on: Emit
  close(): void
  /** Pauses output that is driven by a timer, such as spinners. Returns a function that resumes it. */
  still?(): () => void
}

export interface RendererOptions {
  mode: OutputMode
  color: boolean
  /** 0 to 3: how often -v was given. */
  verbose: number
}
