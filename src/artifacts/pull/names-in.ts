import { ConvecthubError } from '../../errors.ts'
import type { Artifact } from '../bundle-lock.ts'
import { parseImageName } from '../images/image-name.ts'
import { parseImageList } from '../proof/bundle-images.ts'
import type { PullWork } from './pull-work.ts'

/** The full names in a list of images. Error: BUNDLE_SOURCE. */
export async function namesIn(list: Artifact, work: PullWork): Promise<string[]> {
  const text = await work.text(list)
  const names = parseImageList(text)
  if (names.length > 0 && names.every((each) => parseImageName(each))) return names
  work.journal.forget(list.name)
  throw new ConvecthubError('BUNDLE_SOURCE', `${list.from} is not a list of images`, {
    evidence: text.slice(0, 500),
    hint: 'where a mirror answers, compare it with that of the publisher',
  })
}
