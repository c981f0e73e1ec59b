import { digest } from '../digest.ts'
import type { FileChange } from '../engine/change.ts'
import type { Facts } from '../facts/fact.ts'
import { file } from '../facts/file.ts'
import { Secret } from '../secret.ts'

/** A file that should have exactly this content and mode, owned by root. */
export interface ManagedFile {
  path: string
  content: string | Secret
  mode: string
}

/** A file's content as text, secret or not. */
export function contentText(content: string | Secret): string {
  return content instanceof Secret ? content.reveal() : content
}

/** sha256 of a file's content, secret or not, in lower-case hex. */
export function contentDigest(content: string | Secret): string {
  return digest(contentText(content))
}

/** The change that writes the file; empty when content, mode and owner are already right. */
export function managedFile({ path, content, mode }: ManagedFile, facts: Facts): FileChange[] {
  const state = facts.get(file(path))
  if (state?.digest === contentDigest(content) && state.mode === mode && state.owner === '0:0') return []
  return [{ kind: 'file', sign: state ? '~' : '+', title: path, path, content, mode }]
}
