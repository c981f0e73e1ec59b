import { printableEvent } from './printable-event.ts'
import type { OutputMode, Renderer, RendererOptions } from './renderer.ts'
import { type AsideRenderer, withAside } from './with-aside.ts'

/** `plain` when the output goes to a pipe or a CI log, otherwise `tty`. */
export function defaultMode(): OutputMode {
  return process.stderr.isTTY && process.stdout.isTTY && !process.env.CI ? 'tty' : 'plain'
}

/** Loads the renderer for a mode. Texts in events are made printable before it gets them. */
export async function makeRenderer(options: RendererOptions): Promise<AsideRenderer> {
  const renderer = await loadRenderer(options)
  // JSON escapes control characters itself, so it can keep the texts as they are
  if (options.mode === 'json') return withAside(renderer)
  return withAside({ ...renderer, on: (event) => renderer.on(printableEvent(event)) })
}

async function loadRenderer(options: RendererOptions): Promise<Renderer> {
  switch (options.mode) {
    case 'json':
      return (await import('./json-renderer.ts')).jsonRenderer(options)
    case 'plain':
      return (await import('./plain-renderer.ts')).plainRenderer(options)
    case 'tty':
      return (await import('./tty-renderer.ts')).ttyRenderer(options)
  }
}
