/** Where the hub's Helm release lives, and its name. */
export const NAMESPACE = 'convecthub'
export const RELEASE = 'convecthub'
