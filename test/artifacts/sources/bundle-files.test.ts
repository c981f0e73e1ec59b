import { expect, it } from 'vitest'
import { bundleFiles } from '../../../src/artifacts/sources/bundle-files.ts'
import type { SourceFile } from '../../../src/artifacts/sources/source.ts'
import { artifact, testBundle } from '../../helpers/test-cluster.ts'

const LOCK = testBundle()
const NAMES = LOCK.files.map(({ name }) => name)
const listOf = (...names: string[]): SourceFile[] => names.map((name) => ({ name, size: 1000 }))
const whole = LOCK.files.map(({ name, size }) => ({ name, size, etag: '"e"' }))

it('takes what a source lists', () => {
  const listed = listOf('k3s', 'images/a.tar')
  expect(bundleFiles('s3://a/', listed, undefined)).toEqual(listed)
})

it('takes what a lock lists, from a source without a list', () => {
  expect(bundleFiles('https://a/', undefined, LOCK)).toEqual(
    LOCK.files.map(({ name, size, sha256 }) => ({ name, size, sha256 })),
  )
})

it('takes digests from the lock, and files that it does not list', () => {
  const beside = ['bundle.yaml', 'bundle.lock.yaml', 'bundle.lock.yaml.sig']
  const listed = [...whole, { name: 'more.tar', size: 5 }, ...listOf(...beside)]
  expect(bundleFiles('s3://a/', listed, LOCK)).toEqual([
    ...LOCK.files.map(({ name, size, sha256 }) => ({ name, size, sha256, etag: '"e"' })),
    { name: 'more.tar', size: 5 },
  ])
})

it.each(['.DS_Store', '.pull/from/x.part', 'a/.git/config', '...'])('leaves %s out', (name) => {
  expect(bundleFiles('s3://a/', listOf('k3s', name), undefined)).toEqual(listOf('k3s'))
})

it.each([
  '../k3s',
  'a/../../k3s',
  '..',
  '/etc/passwd',
  'a//b',
  'my k3s',
  'a\nb',
  'a\u001b[2Jb',
  'a\\b',
  './k3s',
  'a/.',
  ' ',
])('refuses the name %j', (name) => {
  expect(() => bundleFiles('s3://a/', listOf('k3s', name), undefined)).toThrow(
    expect.objectContaining({
      code: 'BUNDLE_SOURCE',
      message: expect.stringContaining("s3://a/ has names that a bundle must not have: '"),
    }),
  )
})

it.each(['.', './k3s', '.pull/lock'])('refuses a lock with the name %s', (name) => {
  expect(() => bundleFiles('https://a/', undefined, testBundle(undefined, [artifact(name)]))).toThrow(
    expect.objectContaining({ code: 'BUNDLE_SOURCE' }),
  )
})

it.each([
  {
    what: 'no list and no lock',
    listed: undefined,
    lock: undefined,
    message: 'there is no bundle.lock.yaml in PLACE, and without it nothing tells which files are there',
  },
  { what: 'no file', listed: [], lock: undefined, message: 'there is no file in PLACE' },
  {
    what: 'only its lock',
    listed: listOf('bundle.lock.yaml'),
    lock: LOCK,
    message: 'there is no file in PLACE',
  },
  {
    what: 'less than its lock',
    listed: listOf('a'),
    lock: LOCK,
    message: `PLACE lacks files that its bundle.lock.yaml lists: ${NAMES.slice(0, 3).join(', ')} and 1 more`,
  },
  {
    what: 'another size than its lock',
    listed: whole.map((file) => (file.name === 'helm' ? { ...file, size: 7 } : file)),
    lock: LOCK,
    message: 'helm in PLACE is 7 bytes; its bundle.lock.yaml says 1000',
  },
  {
    what: 'many wrong names',
    listed: listOf('a b', 'c d', 'e f', 'g h', 'i j'),
    lock: undefined,
    message: "PLACE has names that a bundle must not have: 'a b', 'c d', 'e f' and 2 more",
  },
])('refuses a source with $what', ({ listed, lock, message }) => {
  expect(() => bundleFiles('s3://a/', listed, lock)).toThrow(
    expect.objectContaining({ code: 'BUNDLE_SOURCE', message: message.replace('PLACE', 's3://a/') }),
  )
})
