import { parse } from 'yaml'
import { z } from 'zod'
import { tarMembers } from './tar-members.ts'
import { damaged, unpackedFile } from './unpacked-file.ts'

const chartSchema = z.object({
  name: z.string(),
  version: z.string(),
  /** The versions of Kubernetes that it is for, such as `>=1.28.0-0`. */
  kubeVersion: z.string().optional(),
})
export type Chart = z.infer<typeof chartSchema>

/** Maximum size of a Chart.yaml, bytes. */
const LARGEST = 1024 * 1024

/**
 * Reads what a packed Helm chart (.tgz) says of itself. Undefined when the file is something else, such as an archive of
 * images. Error: ARCHIVE.
 */
export async function chartIn(path: string): Promise<Chart | undefined> {
  const file = await unpackedFile(path)
  if ('why' in file) return undefined
  let chart: Chart | undefined
  for await (const member of tarMembers(path, file.bytes)) {
    // charts that it needs lie deeper
    if (!/^[^/]+\/Chart\.yaml$/.test(member.name) || member.size > LARGEST) continue
    chart = chartOf(path, (await member.read()).toString())
  }
  return chart
}

function chartOf(path: string, text: string): Chart {
  try {
    return chartSchema.parse(parse(text))
  } catch {
    throw damaged(path, 'its Chart.yaml has no name and version')
  }
}
