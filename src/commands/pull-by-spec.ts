import type { RepositoryOptions } from '../artifacts/apt/make-repository.ts'
import { type PackagesItem, packageItems } from '../artifacts/apt/package-items.ts'
import type { BundleSpec } from '../artifacts/bundle-spec.ts'
import { readLogins } from '../artifacts/images/registry-logins.ts'
import { requiredImages } from '../artifacts/proof/required-images.ts'
import { pullBundle } from '../artifacts/pull/pull-bundle.ts'
import { makeHttp } from '../artifacts/sources/make-http.ts'
import { mirrored } from '../artifacts/sources/mirrored.ts'
import { distributionOf } from '../distribution/distributions.ts'
import { quote } from '../sh.ts'
import { chartValues } from '../steps/hub-defaults.ts'
import type { Result } from '../ui/print-result.ts'
import { bytes, count } from '../ui/style.ts'
import { differenceEvents, differenceLines } from './bundle-diff.ts'
import { fileEvents, totalOf, unsignedLine } from './bundle-files.ts'
import type { PullWish } from './pull-wish.ts'

/** Fetches what bundle.yaml asks for. Returns what changed in the lock, and what is there. Errors: those of pullBundle. */
export async function pullBySpec({ emit, ca, ...wish }: PullWish): Promise<Result> {
  const fetched: { size: number }[] = []
  const certificates = ca === undefined ? {} : { ca }
  const { lock, changes, unsigned } = await pullBundle({
    ...wish,
    emit: (event) => {
      emit(event)
      if (event.event === 'fetched') fetched.push(event)
    },
    logins: readLogins(process.env),
    connect: (mirrors, signal) => makeHttp({ mirrors, signal, ...certificates }),
    packages: (spec, http, scratch) =>
      packagesOf(spec, { folder: wish.folder, http, scratch, ...certificates }),
    findImages: requiredImages,
    layers: chartValues,
  })
  const size = fetched.reduce((sum, each) => sum + each.size, 0)
  const how =
    fetched.length > 0 ? `${count(fetched.length, 'file')} fetched, ${bytes(size)}` : 'nothing to fetch'
  return {
    lines: [
      ...differenceLines(changes),
      `${wish.folder}: ${totalOf(lock)}; ${how}.`,
      ...(unsigned ? [unsignedLine(wish.folder)] : []),
      `Next: convecthub bundle verify ${quote(wish.folder)}`,
    ],
    events: [...differenceEvents(changes), ...fileEvents(lock)],
    exit: 'ok',
  }
}

/** What makes the packages for apt: all that convecthub's steps need on hosts of these releases. */
function packagesOf(
  spec: BundleSpec,
  options: Pick<RepositoryOptions, 'folder' | 'http' | 'scratch' | 'ca'>,
): PackagesItem[] {
  const gpu = spec.gpu !== undefined
  return packageItems(spec, {
    ...options,
    wanted: ({ id, kernels }) =>
      distributionOf({ os: { id, like: [] } }).bundled.needed({ id, kernels, gpu }),
    address: (uri) => mirrored(uri, spec.mirrors),
  })
}
