import { expect, it } from 'vitest'
import { hintFor } from '../../src/engine/known-causes.ts'

it.each([
  { output: 'cp: error writing: No space left on device', hint: 'df -h' },
  { output: 'touch: cannot touch /x: Read-only file system', hint: 'dmesg' },
  {
    output: 'mkdir /sys/fs/cgroup/kubepods: read-only file system',
    hint: 'the cgroup mounts are read-only',
  },
  {
    output: "E: Failed to fetch http://archive.ubuntu.com/x  Temporary failure resolving 'a'",
    hint: 'mirror',
  },
  {
    output:
      'E: Failed to fetch http://m.lan/pool/curl_7.88.1_amd64.deb  404  Not Found [IP: 10.0.0.9 80]\nE: Unable to fetch some archives',
    hint: 'the mirror answers, but its files',
  },
  {
    output:
      'E: Failed to fetch http://m.lan/pool/x.deb  File has unexpected size (856 != 728). Mirror sync in progress?',
    hint: 'the mirror answers, but its files',
  },
  {
    output: "E: The repository 'http://m.lan/debian trixie Release' does not have a Release file.",
    hint: 'no packages for this release',
  },
  { output: 'E: Unable to locate package conntrack', hint: 'lacks this package' },
  { output: "E: Package 'docker.io' has no installation candidate", hint: 'lacks this package' },
  {
    output: 'the dpkg lock was not freed within 15 minutes; held by: apt (pid 7)',
    hint: 'wait for that process',
  },
  { output: 'etcdserver: too many learner members in cluster', hint: 'another server is joining' },
  { output: 'Node password rejected, duplicate hostname or contents of …', hint: 'reset --limit NAME' },
  { output: 'failed to validate token: token CA hash does not match', hint: 'convect_token' },
  { output: 'tls: x509: certificate has expired or is not yet valid: current time', hint: 'clocks' },
  {
    output: 'Error: another operation (install/upgrade/rollback) is in progress',
    hint: 'the same command clears it',
  },
  { output: 'listen tcp :6443: bind: address already in use', hint: 'ss -ltnp' },
])('knows the cause of "$output": $hint', ({ output, hint }) => {
  expect(hintFor(`some line\n${output}\nanother`)).toContain(hint)
})

it.each(['', 'everything is fine', 'Setting up curl (7.88.1) ...'])('knows no cause for "%s"', (output) => {
  expect(hintFor(output, 'another hint')).toBe('another hint')
})
