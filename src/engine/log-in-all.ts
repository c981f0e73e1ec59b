import pLimit from 'p-limit'

/** So few logins at once overload nothing: it is where sshd begins to drop some (MaxStartups 10:30:100). */
const FEW_LOGINS = 10

/**
 * Logs in to all hosts, at most `most` at once. `logIn` returns false where a login failed as it does when too many
 * come at once; it is tried again after all others, with half as many at once, until only FEW_LOGINS run at once. With
 * `last` it is not tried again, whatever it returns.
 */
export async function logInAll<Host>(
  hosts: readonly Host[],
  most: number,
  logIn: (host: Host, options: { last: boolean }) => Promise<boolean>,
): Promise<void> {
  let left = hosts
  for (let atOnce = most; left.length > 0; atOnce = Math.ceil(atOnce / 2)) {
    const last = Math.min(atOnce, left.length) <= FEW_LOGINS
    const limit = pLimit(atOnce)
    const failed: Host[] = []
    let someAnswer = false
    const one = async (host: Host) => {
      if (await logIn(host, { last })) someAnswer = true
      else failed.push(host)
      // where nobody answers, fewer at once would only make the round longer
      if (someAnswer && failed.length > 0) limit.concurrency = Math.ceil(atOnce / 2)
    }
    await Promise.all(left.map((host) => limit(one, host)))
    left = last ? [] : failed
  }
}
