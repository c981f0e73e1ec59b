import type { ChalkInstance } from 'chalk'
import { type ConvecthubError, formatOrigin } from '../errors.ts'
import { oneLine } from '../printable.ts'

/** An error for people: where it happened, what is wrong, the evidence, and what to do. */
export function formatError(error: ConvecthubError, paint: ChalkInstance): string {
  const { host, step, origin, evidence, hint } = error.details
  const where = [origin && formatOrigin(origin), host && step ? `${host}, ${step}` : host]
    .filter((part) => part !== undefined)
    .map(oneLine)
    .join(': ')
  return [
    `${paint.red.bold('error')} ${where ? `${paint.bold(where)}: ` : ''}${error.message} ${paint.dim(`[${error.code}]`)}`,
    ...(evidence ? evidence.split('\n').map((line) => paint.dim(`      | ${line}`)) : []),
    ...(hint ? [`      ${paint.cyan('→')} ${hint}`] : []),
  ].join('\n')
}
