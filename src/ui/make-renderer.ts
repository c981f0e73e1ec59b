import { printableEvent } from './printable-event.ts'
import type { OutputMode, Renderer, RendererOptions } from './renderer.ts'
import { type AsideRenderer, withAside } from './with-aside.ts'

/** `plain` where progress would go into a pipe or a CI log, `tty` else. */
export function defaultMode(): OutputMode {
  return process.stderr.isTTY && process.stdout.isTTY && !process.env.CI ? 'tty' : 'plain'
}

/** The renderer for a mode; each is only loaded when it is used. What it is told is printable. */
export async function makeRenderer(options: RendererOptions): Promise<AsideRenderer> {
  const renderer = await loadRenderer(options)
  // JSON escapes what it is told, and loses nothing
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
