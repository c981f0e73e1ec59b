import { expect, it } from 'vitest'
import { disk } from '../../src/facts/disk.ts'
import { file } from '../../src/facts/file.ts'
import { owned } from '../../src/facts/owned.ts'
import { parseFact } from '../helpers/parse-fact.ts'

const STATS = `stat /usr/local/bin/k3s 81ed 755 0:0 84682 1795462618 966672
stat /etc/rancher/k3s/token 8180 600 0:0 48 1795462618 966711
stat /etc 41ed 755 0:0 4096 1795462618 933986
stat /bin a1ff 777 0:0 7 1795458803 941148
stat /run/x.sock c1ed 755 33:4242 0 1795458803 17
stat /var/tmp/sticky 43ff 1777 0:0 4096 1795458803 18
stat /a/empty 81a4 644 0:0 0 1795458803 20
stat /a/gone-while-read 81a4 644 0:0 9 1795458803 19
49baecd23cad886d34a56e072a0277148928fcc1909d27817ea1580aa3f437b2  /usr/local/bin/k3s
da501096c43c436e84195e12c9acddfaf862c81bb80818c69df5806d3d475f29  /etc/rancher/k3s/token`

it.each([
  {
    path: '/usr/local/bin/k3s',
    state: {
      type: 'file',
      mode: '755',
      owner: '0:0',
      size: 84682,
      digest: '49baecd23cad886d34a56e072a0277148928fcc1909d27817ea1580aa3f437b2',
    },
  },
  { path: '/etc/rancher/k3s/token', state: { type: 'file', mode: '600', size: 48 } },
  { path: '/etc', state: { type: 'directory', mode: '755', digest: undefined } },
  { path: '/bin', state: { type: 'link', digest: undefined } },
  { path: '/run/x.sock', state: { type: 'other', owner: '33:4242', digest: undefined } },
  { path: '/var/tmp/sticky', state: { type: 'directory', mode: '1777' } },
  // what sha256sum prints for /dev/null
  {
    path: '/a/empty',
    state: { type: 'file', digest: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
  },
  { path: '/a/gone-while-read', state: { type: 'file', digest: undefined } },
])('reads $path', ({ path, state }) => {
  expect(parseFact(file(path), STATS)).toMatchObject(state)
})

it.each([
  { what: 'not there', path: '/no', text: STATS },
  { what: 'a prefix of another path', path: '/etc/rancher', text: STATS },
  { what: 'no answer', path: '/etc', text: '' },
])('finds nothing at a path: $what', ({ path, text }) => {
  expect(parseFact(file(path), text)).toBeUndefined()
})

it('refuses a path with blanks, which the script would split', () => {
  expect(() => file('/etc/a b')).toThrow('/etc/a b')
})

it.each([
  {
    what: 'a lab machine',
    path: '/var/lib/rancher',
    text: 'disk /var/lib/rancher 66053021 18913109 4096 /var/lib/rancher ',
    value: { sizeMiB: 258019, freeMiB: 73879, mount: '/var/lib/rancher' },
  },
  {
    what: 'a hardened machine',
    path: '/var/lib/rancher',
    text: 'disk /usr 9 9 4096 / \noptions /usr rw\ndisk /var/lib/rancher 262144 512 4096 /var \noptions /var/lib/rancher rw,nosuid,noexec',
    value: { sizeMiB: 1024, freeMiB: 2, mount: '/var', options: ['rw', 'nosuid', 'noexec'] },
  },
  {
    what: 'a mount missing from /proc/self/mounts',
    path: '/',
    text: 'disk / 262144 512 4096 / \noptions / ',
    value: { sizeMiB: 1024, freeMiB: 2, mount: '/' },
  },
  {
    what: 'an overlay',
    path: '/',
    text: 'disk / 66053021 18913109 4096 / ',
    value: { sizeMiB: 258019, freeMiB: 73879, mount: '/' },
  },
  {
    what: 'a mount point with a blank',
    path: '/srv/x',
    text: 'disk /srv/x 262144 262144 4096 /srv/my disk ',
    value: { sizeMiB: 1024, freeMiB: 1024, mount: '/srv/my disk' },
  },
  {
    what: 'a mount point that looks like another answer',
    path: '/srv/x',
    text: 'disk /srv/x 262144 512 4096 /srv/x disk / 9 9 4096 / ',
    value: { sizeMiB: 1024, freeMiB: 2, mount: '/srv/x disk / 9 9 4096 /' },
  },
  {
    what: 'a full disk',
    path: '/',
    text: 'disk / 512 0 4096 / ',
    value: { sizeMiB: 2, freeMiB: 0, mount: '/' },
  },
  { what: 'no stat', path: '/', text: 'disk / ', value: { sizeMiB: 0, freeMiB: 0, mount: '/' } },
  { what: 'no answer', path: '/', text: '', value: { sizeMiB: 0, freeMiB: 0, mount: '/' } },
])('reads the disk of $what', ({ path, text, value }) => {
  expect(parseFact(disk(path), text)).toEqual({ options: [], ...value })
})

it.each([
  { what: 'no record', text: '', files: [], packages: [] },
  {
    what: 'a record',
    text: 'package conntrack\nfile /usr/local/bin/k3s\nfile /etc/rancher/k3s/token',
    files: ['/usr/local/bin/k3s', '/etc/rancher/k3s/token'],
    packages: ['conntrack'],
  },
  {
    what: 'users’ data that a reset kept',
    text: 'data /var/lib/rancher/k3s/storage',
    files: [],
    packages: [],
    data: ['/var/lib/rancher/k3s/storage'],
  },
  { what: 'a duplicate line', text: 'package curl\npackage curl', files: [], packages: ['curl'] },
  { what: 'truncated and unknown lines', text: 'junk\n\nfile', files: [], packages: [] },
])('reads the record of what convecthub created: $what', ({ text, files, packages, data = [] }) => {
  expect(parseFact(owned, text)).toEqual({ files, folders: [], packages, works: [], data })
})
