import type { Emit } from '../engine/event.ts'

export type OutputMode = 'tty' | 'plain' | 'json'

/** Hears all engine events of a run. `close` leaves the terminal as it was. */
export interface Renderer {
  on: Emit
  close(): void
}

export interface RendererOptions {
  mode: OutputMode
  color: boolean
  /** 0 to 3, as often as -v was given. */
  verbose: number
}

/** `plain` where progress would go into a pipe or a CI log, `tty` else. */
export function defaultMode(): OutputMode {
  return process.stderr.isTTY && process.stdout.isTTY && !process.env.CI ? 'tty' : 'plain'
}

/** The renderer for a mode; each is only loaded when it is used. */
export async function makeRenderer(options: RendererOptions): Promise<Renderer> {
  switch (options.mode) {
    case 'json':
      return (await import('./json-renderer.ts')).jsonRenderer(options)
    case 'plain':
      return (await import('./plain-renderer.ts')).plainRenderer(options)
    case 'tty':
      return (await import('./tty-renderer.ts')).ttyRenderer(options)
  }
}
