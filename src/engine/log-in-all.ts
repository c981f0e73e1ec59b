import pLimit from 'p-limit'

/** So few logins at once overload nothing: it is where sshd begins to drop some (MaxStartups 10:30:100). */
const FEW = 10

/**
 * Logs in to all hosts, at most `most` at once. `logIn` returns false where a login failed as it does when too many come
 * at once; half as many run then, and it is tried again after all others, until only FEW run at once. With `last` it is
 * not tried again, whatever it returns.
 */
export async function logInAll<Host>(
  hosts: readonly Host[],
  most: number,
  logIn: (host: Host, options: { last: boolean }) => Promise<boolean>,
): Promise<void> {
  let left = hosts
  for (let atOnce = most; left.length > 0; atOnce = Math.ceil(atOnce / 2)) {
    const last = Math.min(atOnce, left.length) <= FEW
    const limit = pLimit(atOnce)
    const failed: Host[] = []
    const one = async (host: Host) => {
      if (await logIn(host, { last })) return
      failed.push(host)
      limit.concurrency = Math.ceil(atOnce / 2)
    }
    await Promise.all(left.map((host) => limit(one, host)))
    left = last ? [] : failed
  }
}
