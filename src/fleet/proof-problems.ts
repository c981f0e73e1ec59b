import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BUNDLE_LOCK, type RequiredImage } from '../artifacts/bundle-lock.ts'
import { BUNDLE_SPEC } from '../artifacts/bundle-spec.ts'
import { lockCommand } from '../artifacts/parse-bundle-lock.ts'
import { BRINGS, type Gap } from '../artifacts/proof/gap.ts'
import type { ErrorCode, FindingId, WarningCode } from '../error-codes.ts'
import { ConvecthubError, type Origin } from '../errors.ts'
import type { Warning } from '../inventory/inventory.ts'
import { quote } from '../sh.ts'

/** Whether a bundle holds all that the machines of an inventory will ask for. */
export interface BundleProof {
  errors: readonly ConvecthubError[]
  warnings: readonly Warning[]
  /** Every image that will be asked for, as far as it can be known on this computer. */
  required: readonly RequiredImage[]
}

/** What a folder without bundle.yaml needs where the line of it is missing that brings something. */
const BY_HAND = '; or put it there yourself, then: convecthub bundle lock FOLDER'

/** How many names a message lists. */
const LISTED = 5

/** A proof whose errors are only warnings, as --ignore-preflight bundle asks. */
export function accepted({ errors, warnings, required }: BundleProof): BundleProof {
  const told = errors.map(({ code, message, details: { origin, evidence, hint } }) => ({
    code: code as WarningCode,
    message,
    origin: origin ?? { file: BUNDLE_LOCK },
    ...(evidence !== undefined && { evidence }),
    ...(hint !== undefined && { hint }),
  }))
  return { errors: [], warnings: [...told, ...warnings], required }
}

/** The lock of a bundle, as the place that an error names. */
export const lockOrigin = (folder: string): Origin => ({ file: join(folder, BUNDLE_LOCK) })

/** What a proof finds wrong, or cannot tell. */
export type Problem = ConvecthubError | Warning

/** The errors and the warnings among problems, each in their order. */
export function sorted(problems: readonly Problem[]): Pick<BundleProof, 'errors' | 'warnings'> {
  return {
    errors: problems.flatMap((each) => (each instanceof ConvecthubError ? each : [])),
    warnings: problems.flatMap((each) => (each instanceof ConvecthubError ? [] : each)),
  }
}

/** A gap as an error or a warning. It names the machines where it is not for all `nodes`. */
export function problem(
  code: ErrorCode | FindingId,
  { level, message, hint: general, machines = [] }: Omit<Gap, 'machines'> & Partial<Gap>,
  origin: Origin,
  nodes = 0,
): Problem {
  const folder = dirname(origin.file)
  const byHand = general.endsWith(BRINGS) && !existsSync(join(folder, BUNDLE_SPEC)) ? BY_HAND : ''
  const hint = `${general}${byHand}`.replaceAll('FOLDER', quote(folder))
  const whole = machines.length > 0 && machines.length < nodes ? `${message} (${listed(machines)})` : message
  if (level === 'error') return new ConvecthubError(code, whole, { origin, hint })
  return {
    code: code === 'BUNDLE_MISFIT' || code === 'IMAGE_PULLED' ? code : 'BUNDLE_UNKNOWN',
    message: whole,
    origin,
    hint,
  }
}

/** Helm's own words about the chart or its values. */
export function refusal(words: string, origin: Origin): ConvecthubError {
  return new ConvecthubError('CHART_REFUSED', 'Helm refuses the chart with these values', {
    origin,
    evidence: words,
    hint: 'correct the values that it names: on the machines it would refuse them as well',
  })
}

/** Why the images of the chart are not known. */
export function unknown(reason: string, origin: Origin): Warning {
  return {
    code: 'BUNDLE_UNKNOWN',
    message: `which images the chart asks for cannot be known on this computer: ${reason}`,
    origin,
    hint: 'check it on a computer with the processor of the drivers; convecthub bundle pull records the images in the lock',
  }
}

/** A warning of files that the lock does not list, if there are any. */
export function extra(folder: string, names: readonly string[], origin: Origin): Warning[] {
  if (names.length === 0) return []
  const [verb, them] = names.length === 1 ? ['is', 'it'] : ['are', 'them']
  return [
    {
      code: 'BUNDLE_EXTRA',
      message: `${listed(names)} ${verb} in ${folder}, and the lock does not list ${them}: no machine gets ${them}`,
      origin,
      hint: `take ${them} out, or write the lock again: ${lockCommand(folder)}`,
    },
  ]
}

function listed(names: readonly string[]): string {
  const more = names.length - LISTED
  return [...names.slice(0, LISTED), ...(more > 0 ? [`${more} more`] : [])].join(', ')
}
