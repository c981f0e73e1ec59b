import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pLimit from 'p-limit'
import type { Artifact } from '../bundle-lock.ts'
import type { BundleSpec } from '../bundle-spec.ts'
import { fileDigest } from '../file-digest.ts'
import { blobFolder, type FetchBlob } from '../images/blob-folder.ts'
import { openRegistries, type Registries } from '../images/registries.ts'
import type { FindLogin } from '../images/registry-logins.ts'
import type { Expected, Http } from '../sources/http.ts'
import type { EmitWork } from '../work-event.ts'
import type { PullItem } from './pull-items.ts'
import { PullJournal } from './pull-journal.ts'

/** The folder in a bundle's folder where a pull works. Nothing else looks into it. */
export const PULL_FOLDER = '.pull'

/** How many requests are under way at most, and how many files. */
const AT_ONCE = 6

export interface WorkOptions {
  folder: string
  spec: BundleSpec
  /** What is pulled; when it is another thing than before, what was pulled so far counts no longer. */
  wanted: string
  /** The files of the lock that is there. */
  old: readonly Artifact[]
  update: boolean
  http: Http
  logins: FindLogin
  emit: EmitWork
}

/** What the parts of a pull share. */
export class PullWork {
  readonly folder: string
  readonly spec: BundleSpec
  readonly update: boolean
  /** What the lock held before. */
  readonly old: ReadonlyMap<string, Artifact>
  /** What the lock holds and must be the same again; nothing with --update. */
  readonly pinned: ReadonlyMap<string, Artifact>
  readonly journal: PullJournal
  readonly http: Http
  readonly registries: Registries
  readonly fetchBlob: FetchBlob
  readonly emit: EmitWork
  /** Lets so many files be worked on at once. */
  readonly inTurn = pLimit(AT_ONCE)

  constructor({ folder, spec, wanted, old, update, http, logins, emit }: WorkOptions) {
    this.folder = folder
    this.spec = spec
    this.update = update
    this.old = new Map(old.map((file) => [file.name, file]))
    this.pinned = update ? new Map() : this.old
    this.emit = emit
    const requests = pLimit(AT_ONCE)
    this.http = {
      get: (...asked) => requests(() => http.get(...asked)),
      download: (...asked) => requests(() => http.download(...asked)),
    }
    this.registries = openRegistries({ http: this.http, logins, mirrors: spec.mirrors })
    this.fetchBlob = blobFolder(this.#inside('blobs'), this.registries, (work) => work())
    this.journal = new PullJournal(this.#inside('journal'), wanted)
  }

  /** Where a file is written, until all are there. */
  staged(name: string): string {
    return withFolder(this.#inside('files', name))
  }

  /** Where an archive is kept until the program is taken out. */
  archive(item: PullItem): string {
    return withFolder(this.#inside('archives', item.name))
  }

  /** Where a file with this digest is: in its place, or staged. Undefined when it is not there. */
  async find(name: string, sha256: string): Promise<string | undefined> {
    for (const path of [join(this.folder, name), this.#inside('files', name)])
      if (await hasDigest(path, sha256)) return path
    return undefined
  }

  /** The text of a file that was pulled. */
  async text({ name, sha256 }: Artifact): Promise<string> {
    return readFileSync((await this.find(name, sha256)) ?? this.staged(name), 'utf8')
  }

  /** Fetches a file to `path` for an item, unless it is there. */
  async download(item: PullItem, url: string, path: string, expected: Expected): Promise<void> {
    if (expected.sha256 !== undefined && (await hasDigest(path, expected.sha256))) return
    const { name } = item
    await this.http.download(url, path, expected, {
      onSize: (size) => this.emit({ event: 'size', name, size }),
      onBytes: (count) => this.emit({ event: 'bytes', name, count }),
    })
  }

  /** Where packages are kept until they are put together. */
  get scratch(): string {
    return this.#inside('apt')
  }

  /** Removes all that the pull needed, which is done. */
  clear(): void {
    for (const name of ['files', 'blobs', 'archives', 'apt', 'journal'])
      rmSync(this.#inside(name), { recursive: true, force: true })
  }

  #inside(...path: readonly string[]): string {
    return join(this.folder, PULL_FOLDER, ...path)
  }
}

function withFolder(path: string): string {
  mkdirSync(dirname(path), { recursive: true })
  return path
}

async function hasDigest(path: string, sha256: string): Promise<boolean> {
  return existsSync(path) && statSync(path).isFile() && (await fileDigest(path)) === sha256
}
