import { ConvecthubError } from '../../errors.ts'
import type { AwsSettings } from './aws-settings.ts'
import { BadStatus } from './exchange-faults.ts'
import { s3Failure } from './s3-answers.ts'

/** What was asked for when an error came. */
export interface S3Asked {
  settings: AwsSettings
  bucket: string
  /** Host of the store. */
  host: string
  /** What was asked for: `s3://bucket/prefix/`. */
  place: string
}

interface Words {
  what(asked: S3Asked): string
  hint(asked: S3Asked): string
}

const signer = ({ settings: { credentials } }: S3Asked) =>
  credentials ? `the key ${credentials.accessKeyId} (from ${credentials.from})` : 'an anonymous request'

const DENIED: Words = {
  what: (asked) => `${signer(asked)} may not read it`,
  hint: ({ settings, bucket }) =>
    settings.credentials
      ? `ask for s3:ListBucket and s3:GetObject on the bucket ${bucket}, or use other credentials: AWS_PROFILE=NAME`
      : 'set AWS_PROFILE=NAME, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
}
const EXPIRED: Words = {
  what: (asked) => `${signer(asked)} has expired`,
  hint: () => 'fetch new credentials: aws sso login, or whatever gave you these',
}

const WRONG_REGION: Words = {
  what: ({ settings }) => `the bucket is not in the region ${settings.region}`,
  hint: () => 'set AWS_REGION to the region of the bucket',
}

/** The codes of S3's errors that admins meet (Amazon S3 API reference, Error responses). */
const CODES = new Map<string | undefined, Words>(
  Object.entries({
    AccessDenied: DENIED,
    AllAccessDisabled: DENIED,
    ExpiredToken: EXPIRED,
    InvalidToken: EXPIRED,
    InvalidAccessKeyId: {
      what: (asked) => `${asked.host} does not know ${signer(asked)}`,
      hint: () => 'check the credentials, and that they are of this store: AWS_ENDPOINT_URL_S3 names another',
    },
    SignatureDoesNotMatch: {
      what: (asked) => `the secret key does not belong to ${signer(asked)} (SignatureDoesNotMatch)`,
      hint: () => 'correct the secret key; a proxy that changes requests has the same effect',
    },
    RequestTimeTooSkewed: {
      what: () => 'the clock of this computer is wrong',
      hint: () => 'set it: S3 allows a difference of 15 minutes',
    },
    NoSuchBucket: {
      what: ({ bucket, host }) => `there is no bucket ${bucket} on ${host}`,
      hint: () => 'check its name; for a store of your own, set AWS_ENDPOINT_URL_S3=https://HOST',
    },
    AuthorizationHeaderMalformed: WRONG_REGION,
    AuthorizationQueryParametersError: WRONG_REGION,
    IllegalLocationConstraintException: WRONG_REGION,
    PermanentRedirect: WRONG_REGION,
    NoSuchKey: { what: () => 'it is not there', hint: () => 'check its name: aws s3 ls' },
  }),
)

/** The region in which S3 says that the bucket is, if this error is about that. */
export function regionOf(error: unknown): string | undefined {
  const answer = badStatus(error)
  if (!answer || ![301, 307, 400].includes(answer.status)) return undefined
  return s3Failure(answer.body).region ?? answer.headers['x-amz-bucket-region']
}

/** The code of S3's error. Undefined for another error. */
export function s3CodeOf(error: unknown): string | undefined {
  return s3Failure(badStatus(error)?.body ?? '').code
}

/** An error of S3 in words. Other errors are returned unchanged. */
export function s3Problem(error: unknown, asked: S3Asked): unknown {
  const answer = badStatus(error)
  const { code, message } = s3Failure(answer?.body ?? '')
  const region = regionOf(error)
  const known = region ? elsewhere(region) : CODES.get(code)
  if (!answer || !(known || code)) return error
  const what = known?.what(asked) ?? `${asked.host} answers ${code}`
  return new ConvecthubError('DOWNLOAD_REFUSED', `cannot fetch ${asked.place}: ${what}`, {
    cause: answer,
    hint: known?.hint(asked) ?? 'check the credentials, and AWS_ENDPOINT_URL_S3 for a store of your own',
    ...(message && { evidence: message }),
  })
}

function elsewhere(region: string): Words {
  return {
    what: ({ settings }) => `the bucket is in the region ${region}, and ${settings.region} was asked`,
    hint: () => `set AWS_REGION=${region}`,
  }
}

function badStatus(error: unknown): BadStatus | undefined {
  return error instanceof ConvecthubError && error.details.cause instanceof BadStatus
    ? error.details.cause
    : undefined
}
