/** What to do about a folder that others can write to. */
export const UNSAFE_FOLDER_HINT =
  'look at what is in it, then let only root write to it (`chown root: FOLDER; chmod go-w FOLDER; setfacl -b FOLDER`) and run the same command again'

/** Patterns in a host's output that reveal the cause of a failure, and what to do about it. The first match counts. */
const KNOWN_CAUSES: readonly { words: RegExp; hint: string }[] = [
  {
    words: /mkdir \/sys\/fs\/cgroup\S*: read-only file system/,
    hint: 'the cgroup mounts are read-only: a container must mount them writable, a machine has them so',
  },
  {
    words: /could change what root does there/,
    hint: UNSAFE_FOLDER_HINT,
  },
  {
    words: /^the key at .* is another one:/m,
    hint: 'somebody may have exchanged it on the way; if the key is right, set docker_key to its fingerprint (gpg --show-keys)',
  },
  { words: /No space left on device/, hint: 'the disk is full: `df -h` on the host; free some room' },
  { words: /Read-only file system/, hint: 'the file system is read-only: `dmesg` on the host tells why' },
  {
    words: /^the packages of the bundle do not fit this host/m,
    hint: 'the bundle is older than the host, or lacks a package that the lines above name: add it to bundle.yaml (apt: … packages), run `convecthub bundle pull --update` where there is internet, and bring the bundle again',
  },
  {
    words: /does not have a Release file/,
    hint: 'the mirror answers, and has no packages for this release of the system: look at its dists/CODENAME',
  },
  {
    words: /Failed to fetch \S+ +(404 |File has unexpected size|Hash Sum mismatch)/,
    hint: 'the mirror answers, but its files are not those of its package lists, also by lists of now: let its synchronisation end, or complete it, then run the same command again',
  },
  {
    words: /Temporary failure resolving|Could not resolve|Failed to fetch|Unable to connect to/,
    hint: 'the package mirror cannot be reached: correct /etc/apt/sources.list on the host, or docker_repo (a local mirror will do)',
  },
  {
    words: /Unable to locate package|has no installation candidate/,
    hint: 'the package mirror lacks this package: add the component or mirror that has it to /etc/apt/sources.list',
  },
  {
    words: /dpkg lock was not freed/,
    hint: 'wait for that process or end it, then run the same command again',
  },
  {
    words: /too many learner members in cluster/,
    hint: 'another server is joining, or one that never came up is still listed: `k3s kubectl get nodes` on a driver',
  },
  {
    words: /[Nn]ode password rejected|duplicate hostname/,
    hint: 'a node of this name was in the cluster before: `convecthub reset --limit NAME` takes the old one out, then again',
  },
  {
    words: /invalid token|token is not valid|401 Unauthorized|token CA hash does not match/,
    hint: "the token on this host is not the cluster's: has convect_token been changed since the cluster was founded?",
  },
  {
    words: /x509: certificate has expired or is not yet valid/,
    hint: 'the clocks differ: set the time on the hosts (`date`, `timedatectl`)',
  },
  {
    words: /another operation \(install\/upgrade\/rollback\) is in progress/,
    hint: 'helm was killed earlier: the same command clears it; otherwise `helm rollback` on a driver',
  },
  { words: /address already in use/, hint: 'another program has the port: `ss -ltnp` on the host names it' },
]

/** What to do about a failure with this output; `other` when its cause is not a known one. */
export function hintFor(output: string, other = LOOK): string {
  return KNOWN_CAUSES.find(({ words }) => words.test(output))?.hint ?? other
}

const LOOK = "the lines above are the host's own; fix the cause, then run the same command again"
