import { REGISTRY_CONTENT, REGISTRY_DATA } from '../layout.ts'
import { sh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** What the storage of the image registry holds; see templates/remote/registry-store.sh. */
export interface RegistryStore {
  /** sha256 of the archives that were unpacked into it and of which no blob is missing, in hex. */
  archives: readonly string[]
  /** sha256 of the list of what it serves, in hex; undefined when it serves nothing. */
  content: string | undefined
}

export const registryStore = singleFact<RegistryStore>(
  'registry-store',
  sh`store=${`${REGISTRY_DATA}/docker/registry/v2`}
for list in ${REGISTRY_DATA}/archives/*; do
  [ -f "$list" ] || continue
  lost=
  while read -r hex; do
    rest=\${hex#??}
    [ -s "$store/blobs/sha256/\${hex%"$rest"}/$hex/data" ] || lost=yes
  done <"$list"
  [ -n "$lost" ] || printf 'archive %s\n' "\${list##*/}"
done
[ ! -d "$store/repositories" ] || sha256sum <${REGISTRY_CONTENT} | sed 's/^/content /'`,
  (output) => ({
    archives: [...output.matchAll(/^archive ([0-9a-f]{64})$/gm)].map(([, sha256 = '']) => sha256),
    content: /^content ([0-9a-f]{64}) /m.exec(output)?.[1],
  }),
)
