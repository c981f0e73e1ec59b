import type { EngineEvent } from '../engine/event.ts'
import type { Renderer } from './renderer.ts'

/** A renderer that can give up the terminal for a while. */
export interface AsideRenderer extends Renderer {
  /** Leaves the terminal to `work`, such as a question, and shows the events of that time afterwards. One at a time. */
  aside<T>(work: () => Promise<T>): Promise<T>
}

export function withAside(renderer: Renderer): AsideRenderer {
  const held: EngineEvent[] = []
  let away = false
  return {
    ...renderer,
    on: (event) => {
      if (away) held.push(event)
      else renderer.on(event)
    },
    stopping() {
      // a question leaves the cursor in the middle of a line
      if (away) process.stderr.write('\n')
      renderer.stopping()
    },
    async aside(work) {
      away = true
      const resume = renderer.still?.()
      try {
        return await work()
      } finally {
        away = false
        resume?.()
        for (const event of held.splice(0)) renderer.on(event)
      }
    },
  }
}
