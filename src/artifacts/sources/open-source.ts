import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { ConvecthubError } from '../../errors.ts'
import { awsSettings } from './aws-settings.ts'
import { FolderSource } from './folder-source.ts'
import type { Http } from './http.ts'
import { HttpSource } from './http-source.ts'
import { S3Source } from './s3-source.ts'
import type { Source } from './source.ts'

/**
 * The source that an address names: `s3://bucket/prefix`, `https://…`, `http://…`, or a folder. Asks nobody yet. Error:
 * USAGE for another address, and for settings of AWS that cannot be used.
 */
export function openSource(address: string, http: Http, env = process.env): Source {
  const [scheme] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(address) ?? []
  switch (scheme?.toLowerCase()) {
    case undefined:
      return new FolderSource(address)
    case 's3://':
      return new S3Source(address, http, awsSettings({ env, home: homedir(), read: textOf }))
    case 'http://':
    case 'https://':
      return new HttpSource(address, http)
    default:
      throw new ConvecthubError('USAGE', `cannot copy from ${scheme} addresses`, {
        hint: 'name s3://BUCKET/PREFIX, https://HOST/PATH or a folder',
      })
  }
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
