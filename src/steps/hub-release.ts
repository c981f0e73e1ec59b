/** Namespace and name of the hub's Helm release. */
export const NAMESPACE = 'convecthub'
export const RELEASE = 'convecthub'
