import type { ConvecthubError } from '../errors.ts'

export type ErrorJson = ReturnType<typeof errorJson>

/** The fields of an error that programs may use. */
export function errorJson({ code, message, details }: ConvecthubError) {
  const { host, step, origin, evidence, hint } = details
  return { code, message, host, step, origin, evidence, hint }
}
