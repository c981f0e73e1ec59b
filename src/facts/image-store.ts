import { K3S } from '../layout.ts'
import { rawSh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** An image in a node's store. */
export interface StoredImage {
  /** The digest of what its name stands for; undefined for an index of several platforms, which archives do not name. */
  digest: string | undefined
  /** Whether the kubelet never deletes it to free some room. */
  pinned: boolean
}

// names of images are chosen by others: a line begins with a word of ours, and a name holds no blank
const SCRIPT = `
if systemctl is-active -q k3s || systemctl is-active -q k3s-agent; then
  listed=$(timeout 30 ${K3S} ctr -n k8s.io images ls) && printf 'read\\n%s\\n' "$listed" | sed 's/^/image /'
fi`

/**
 * The images in containerd's store, by their full names, as `ctr images ls` prints them. Undefined when K3s does not
 * run or does not answer.
 */
export const imageStore = singleFact<ReadonlyMap<string, StoredImage> | undefined>(
  'image-store',
  rawSh(SCRIPT),
  (output) =>
    output.startsWith('image read\n') ? new Map(output.split('\n').flatMap(parseLine)) : undefined,
)

/** A row of the columns REF, TYPE, DIGEST, SIZE, PLATFORMS and LABELS; SIZE has a blank. */
function parseLine(line: string): [string, StoredImage][] {
  const words = line.trim().split(/ +/)
  const [, name = '', type = '', digest = ''] = words
  // containerd lists each image by the digest of its configuration as well
  if (!/^sha256:[0-9a-f]{64}$/.test(digest) || name.startsWith('sha256:')) return []
  const isIndex = /\.(index|list)\./.test(type)
  const pinned = words.at(-1)?.split(',').includes('io.cri-containerd.pinned=pinned') ?? false
  return [[name, { digest: isIndex ? undefined : digest, pinned }]]
}
