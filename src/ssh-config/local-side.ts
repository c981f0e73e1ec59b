import { hostname, userInfo } from 'node:os'

/** The user and machine that ssh runs as, for tokens, `~`, variables and `Match localuser` in its configuration. */
export interface LocalSide {
  user: string
  uid: number
  /** The home folder in the user's account. Like ssh, ignores $HOME. */
  home: string
  hostName: string
  env: Readonly<Record<string, string | undefined>>
}

/** The user of this process and its machine. */
export function localSide(): LocalSide {
  const { username, uid, homedir } = userInfo()
  return { user: username, uid, home: homedir, hostName: hostname(), env: process.env }
}
