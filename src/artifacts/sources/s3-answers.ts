import type { SourceFile } from './source.ts'

/** A page of the list of a bucket. */
export interface ObjectPage {
  /** Names are whole keys. */
  files: readonly SourceFile[]
  /** What to ask for the next page with; undefined after the last. */
  next: string | undefined
}

/** Reads an answer to ListObjectsV2. Undefined for something else. */
export function objectPage(xml: string): ObjectPage | undefined {
  const list = within(xml, 'ListBucketResult')
  if (list === undefined) return undefined
  const files = list
    .split('<Contents>')
    .slice(1)
    .map((entry) => {
      // some stores leave the quotes out here
      const etag = within(entry, 'ETag')?.replaceAll('"', '')
      const changed = Date.parse(within(entry, 'LastModified') ?? '')
      return {
        name: within(entry, 'Key') ?? '',
        size: Number(within(entry, 'Size')),
        ...(etag && { etag: `"${etag}"` }),
        ...(!Number.isNaN(changed) && { changed }),
      }
    })
  const isLast = within(list, 'IsTruncated') !== 'true'
  return { files, next: isLast ? undefined : within(list, 'NextContinuationToken') }
}

/** What an error of S3 says, as far as it says it. */
export interface S3Failure {
  code: string | undefined
  message: string | undefined
  region: string | undefined
}

/** Reads an error of S3. */
export function s3Failure(xml: string): S3Failure {
  const failure = within(xml, 'Error') ?? ''
  return {
    code: within(failure, 'Code'),
    message: within(failure, 'Message'),
    region: within(failure, 'Region'),
  }
}

const ENTITIES = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }))

/** The text in the first element with this name. S3 repeats no names within each other, and uses no attributes here. */
function within(xml: string, name: string): string | undefined {
  const open = new RegExp(`<${name}(?: xmlns="[^"<>]*")?>`).exec(xml)
  const from = open ? open.index + open[0].length : -1
  const to = xml.indexOf(`</${name}>`, from)
  if (from < 0 || to < 0) return undefined
  const text = xml.slice(from, to)
  return text.includes('<') ? text : text.replace(/&(?:#(x?)([\da-f]+)|(\w+));/gi, unescaped)
}

function unescaped(whole: string, hex: string | undefined, digits: string | undefined, name = ''): string {
  if (digits === undefined) return ENTITIES.get(name) ?? whole
  const code = Number.parseInt(digits, hex ? 16 : 10)
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole
}
