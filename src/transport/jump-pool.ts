import type { Link } from './link.ts'
import type { Target } from './target.ts'

interface Shared {
  link: Promise<Link>
  users: number
}

/** Links to jump hosts. All hosts behind a jump host share one link, which closes with the last of them. */
export class JumpPool {
  readonly #links = new Map<string, Shared>()

  /** Returns the link to a jump host, opening it with `open` if there is none. The caller must close it after use. */
  async take(jump: Target, open: () => Promise<Link>): Promise<Link> {
    const name = routeOf(jump)
    const shared = this.#links.get(name) ?? { link: open(), users: 0 }
    if (shared.users === 0) {
      this.#links.set(name, shared)
      // forget a link that broke or never opened, so that the next caller opens a new one
      const forget = () => this.#links.get(name) === shared && this.#links.delete(name)
      shared.link.then(({ ended }) => ended.then(forget), forget)
    }
    shared.users += 1
    const link = await shared.link
    let mine = true
    return {
      ...link,
      close: () => {
        if (!mine) return
        mine = false
        shared.users -= 1
        if (shared.users > 0) return
        if (this.#links.get(name) === shared) this.#links.delete(name)
        link.close()
      },
    }
  }
}

function routeOf({ user, address, port, jumps, proxyCommand }: Target): string {
  return [...jumps.map(routeOf), proxyCommand ?? '', `${user}@${address}:${port}`].join(' ')
}
