import { expect, it } from 'vitest'
import { debian } from '../../src/distribution/debian.ts'
import { file } from '../../src/facts/file.ts'
import { recordedPackages } from '../../src/facts/recorded-packages.ts'
import { HUB_PASSWORD } from '../../src/layout.ts'
import { isOwnFile, isOwnFolder, isWorkFolder } from '../../src/steps/own-places.ts'
import { removeFiles } from '../../src/steps/remove-files.ts'
import { removePackages } from '../../src/steps/reset.ts'
import { OWN_PATHS } from '../../src/steps/reset-places.ts'
import { allPlans } from '../helpers/all-plans.ts'
import { contextOf, fileOf, is, leftoversOf, recordOf } from '../helpers/fake-facts.ts'
import { parseFact } from '../helpers/parse-fact.ts'
import { knownOf, planStep } from '../helpers/plan-step.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const WORKDIR = '/data/convecthub'

it('reset may remove every file that a step writes, and its folder', () => {
  const paths = allPlans().flatMap(({ changes }) =>
    changes.flatMap((change) => [
      ...('path' in change ? [change.path] : []),
      ...(change.kind === 'run' ? recordedFiles(change.script.reveal()) : []),
    ]),
  )
  expect(paths).toContain(HUB_PASSWORD)
  expect(paths.length).toBeGreaterThan(20)
  expect(
    paths.filter((path) => !isOwnFile(path, WORKDIR)),
    'list a file that only convecthub writes in src/steps/own-places.ts; for one that the host already had see ' +
      '"Changing what the host already has" in CONTRIBUTING.md',
  ).toEqual([])
  const folders = paths.map((path) => path.slice(0, path.lastIndexOf('/')))
  expect(folders.filter((path) => !isOwnFolder(path, WORKDIR))).toEqual([])
})

/** The paths that a script records as files of convecthub. */
function recordedFiles(script: string): string[] {
  return [...script.matchAll(/\bcvh_record file '?(\/[^\s']+)/g)].map(([, path = '']) => path)
}

it.each([
  '/var/lib/rancher/k3s/agent/images/k3s-airgap-images-amd64.tar.zst',
  '/var/lib/rancher/k3s/agent/.k3s-airgap-images-amd64.tar.zst.part',
  '/usr/local/bin/.k3s.part',
  '/var/tmp/convecthub/jupyterhub-4.4.0.tgz',
  '/data/convecthub/.jupyterhub-4.4.0.tgz.part',
  '/etc/apt/keyrings/convecthub-docker.asc',
  '/etc/docker/certs.d/10.0.0.1:5000/ca.crt',
  '/var/lib/convecthub-registry/incoming/hub.tar',
])('accepts %s as ours, from this or an earlier version', (path) => {
  expect(isOwnFile(path, WORKDIR)).toBe(true)
})

it.each([
  '/',
  '/srv/research',
  '/home/alice',
  '/etc/shadow',
  '/etc/rancher/k3s',
  '/etc/rancher/k3s/../../shadow',
  '/var/lib/convecthub/../../etc/shadow',
  '/var/lib/convecthub',
  '/var/lib/rancher/k3s/agent/images/..',
  '/var/lib/rancher/k3s/agent/images/a/b',
  '/var/lib/rancher/k3s/server/db/state.db',
  '/usr/local/bin/kubectl',
  '/etc/systemd/system/ssh.service',
  '/data/convecthub/thesis.pdf',
  '/var/tmp/convecthub/x.tgz/../../../etc',
  '/etc/apt/sources.list',
  '/etc/apt/sources.list.d/ubuntu.list',
  '/etc/fstab',
  '/etc/passwd',
  '/etc/group',
  '/etc/hosts',
  '/etc/resolv.conf',
  '/etc/sysctl.conf',
  '/etc/crontab',
  '/etc/sudoers',
  '/etc/ssh/sshd_config',
  '/etc/docker/daemon.json',
  '/etc/docker/certs.d/registry.lan:5000/ca.crt',
  '/etc/docker/certs.d/10.0.0.1:5000/../../daemon.json',
  '/var/lib/convecthub-registry',
  '/var/lib/convecthub-registry/../rancher',
  '/etc/default/grub',
  '/root/.ssh/authorized_keys',
  '',
  'relative',
])('never accepts %j as ours', (path) => {
  expect(
    isOwnFile(path, WORKDIR),
    'reset would delete it; what the host already had is edited in place',
  ).toBe(false)
})

it.each([
  { path: '/etc/rancher', own: true },
  { path: '/data', own: true },
  { path: '/var/lib/convecthub/jupyterhub', own: true },
  { path: '/home', own: false },
  { path: '/etc/ran', own: false },
  { path: '/srv', own: false },
])('the folder $path is ours: $own', ({ path, own }) => {
  expect(isOwnFolder(path, WORKDIR)).toBe(own)
})

it.each([
  { path: '/tmp/convecthub-aB3dE6gH9j', own: true },
  { path: '/convecthub-aB3dE6gH9j', own: true },
  { path: '/tmp/convecthub-short', own: false },
  { path: '/tmp/../etc/convecthub-aB3dE6gH9j', own: false },
  { path: '/tmp/x/convecthub-aB3dE6gH9j/y', own: false },
  { path: '/data/.tmp/convecthub-aB3dE6gH9j', own: true },
  { path: '/data/../convecthub-aB3dE6gH9j', own: false },
])('$path is a work folder: $own', ({ path, own }) => {
  expect(isWorkFolder(path)).toBe(own)
})

it.each([
  { name: 'conntrack', auto: false, essential: false, own: true },
  { name: 'libnfct0:amd64', auto: true, essential: false, own: true },
  { name: 'nvidia-driver-535-server', auto: false, essential: false, own: true },
  { name: 'postgresql', auto: false, essential: false, own: false },
  { name: 'dash', auto: true, essential: true, own: false },
  { name: 'openssh-server', auto: true, essential: false, own: false },
  { name: 'linux-image-amd64', auto: true, essential: false, own: false },
  { name: 'sudo', auto: true, essential: false, own: false },
])('the package $name (auto: $auto) is ours to remove: $own', ({ own, ...recorded }) => {
  expect(debian.isOwn(recorded)).toBe(own)
})

it('parses the state of recorded packages', () => {
  const text = `package conntrack no optional install ok installed
package libc6:amd64 no optional install ok installed
package dash yes required install ok installed
package gone no optional unknown ok not-installed
package half no optional deinstall ok config-files
auto libc6`
  expect(parseFact(recordedPackages, text)).toEqual([
    { name: 'conntrack', auto: false, essential: false },
    { name: 'libc6:amd64', auto: true, essential: false },
    { name: 'dash', auto: false, essential: true },
    { name: 'half', auto: true, essential: false },
  ])
})

it('keeps recorded items that cannot be ours, and warns about them', () => {
  const w1 = [
    ...recordOf({
      files: ['/usr/local/bin/k3s', '/srv/research'],
      folders: ['/home/alice'],
      works: ['/tmp/x'],
    }),
    is(recordedPackages, [
      { name: 'conntrack', auto: false, essential: false },
      { name: 'openssh-server', auto: true, essential: false },
    ]),
    is(file('/var/lib/convecthub'), fileOf({ type: 'directory' })),
    leftoversOf(OWN_PATHS),
  ]
  const desired = testDesired()
  const scripts = [removePackages, removeFiles].flatMap((step) =>
    planStep(step, desired, 'w1', { w1 }).map((change) =>
      change.kind === 'run' ? change.script.reveal() : '',
    ),
  )
  expect(scripts.join('\n')).toContain('set -- conntrack\n')
  for (const kept of ['/srv/research', '/home/alice', '/tmp/x', 'openssh-server'])
    expect(scripts.join('\n')).not.toContain(kept)
  const context = contextOf(removeFiles, desired, 'w1', knownOf(desired, { w1 }))
  expect(
    removeFiles.check?.([context]).map(({ level, message }) => `${level} ${message.split(' ')[0]}`),
  ).toEqual(['warning /srv/research', 'warning /home/alice', 'warning /tmp/x', 'warning openssh-server'])
})
