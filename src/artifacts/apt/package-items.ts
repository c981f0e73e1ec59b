import type { Artifact } from '../bundle-lock.ts'
import type { AptSpec } from '../bundle-spec.ts'
import { type HeldPackage, makeRepository, type RepositoryOptions, wouldHold } from './make-repository.ts'

/** A file of a bundle with packages. The other fields are those of its entry in the lock. */
export interface PackagesItem
  extends Required<Pick<Artifact, 'name' | 'architecture' | 'release' | 'roles'>> {
  kind: 'packages'
  /**
   * Makes the file. `locked` are the packages of its entry in an earlier lock, whose versions are chosen again where the
   * mirror still has them. Returns what it holds. Errors: those of makeRepository.
   */
  make(path: string, locked?: readonly HeldPackage[]): Promise<readonly HeldPackage[]>
  /** What it would hold if it were made now. Fetches no packages. Errors: the same. */
  wouldHold(): Promise<readonly HeldPackage[]>
}

/** The files with packages that bundle.yaml asks for: one for each release and architecture. */
export function packageItems(
  { apt, architectures }: { apt: readonly AptSpec[]; architectures: readonly ('amd64' | 'arm64')[] },
  options: Omit<RepositoryOptions, 'locked'>,
): PackagesItem[] {
  return apt.flatMap((spec) =>
    architectures.map((architecture) => ({
      kind: 'packages' as const,
      name: `packages/${spec.release}-${architecture}.tar`,
      release: spec.release,
      architecture,
      roles: ['driver' as const, 'worker' as const],
      make: (path: string, locked: readonly HeldPackage[] = []) =>
        makeRepository(spec, architecture, path, { ...options, locked }),
      wouldHold: () => wouldHold(spec, architecture, options),
    })),
  )
}
