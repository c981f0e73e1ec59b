import { hostname, userInfo } from 'node:os'

/** Who calls ssh, and where: what tokens, `~`, variables and `Match localuser` of its configuration stand for. */
export interface LocalSide {
  user: string
  uid: number
  /** That of the user's account, as ssh takes it; $HOME is not asked. */
  home: string
  hostName: string
  env: Readonly<Record<string, string | undefined>>
}

/** This process and its machine. */
export function localSide(): LocalSide {
  const { username, uid, homedir } = userInfo()
  return { user: username, uid, home: homedir, hostName: hostname(), env: process.env }
}
