import type { FileChange } from '../engine/change.ts'
import type { Facts } from '../facts/fact.ts'
import { file } from '../facts/file.ts'
import { Secret } from '../secret.ts'
import { digest } from './digest.ts'

/** A file that should hold just this. */
export interface ManagedFile {
  path: string
  content: string | Secret
  mode: string
}

/** The change that makes a file so, none when content, mode and owner are already so. */
export function managedFile({ path, content, mode }: ManagedFile, facts: Facts): FileChange[] {
  const state = facts.get(file(path))
  const wanted = digest(content instanceof Secret ? content.reveal() : content)
  if (state?.digest === wanted && state.mode === mode && state.owner === 'root:root') return []
  return [{ kind: 'file', sign: state ? '~' : '+', title: path, path, content, mode, ours: true }]
}
