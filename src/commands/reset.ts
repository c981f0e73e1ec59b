import type { CommonOptions, VerbResult } from './common-options.ts'
export async function resetVerb(_options: CommonOptions & { yes?: boolean }): VerbResult {
  return 'ok'
}
