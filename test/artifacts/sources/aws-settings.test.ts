import { expect, it } from 'vitest'
import { type AwsSettings, awsSettings } from '../../../src/artifacts/sources/aws-settings.ts'

const CREDENTIALS = `
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = de/fa+ult  # of the site
[dev.site]
aws_access_key_id=AKIADEV
aws_secret_access_key=d#e;v
aws_session_token=token==
`
const CONFIG = `
; of the site
[default]
region = eu-central-1
[profile dev.site]
region=eu-west-3
services = store
[services store]
s3 =
  endpoint_url = http://minio.lan:9000
[profile  nested]
s3 =
  endpoint_url = http://nested.lan
  addressing_style = path
region = eu-north-1
[profile sso]
sso_session = site
`

function settings(
  env: Record<string, string>,
  files: Record<string, string> = {
    '/home/me/.aws/credentials': CREDENTIALS,
    '/home/me/.aws/config': CONFIG,
  },
): AwsSettings {
  return awsSettings({ env, home: '/home/me', read: (path) => files[path] })
}

const shown = ({ credentials, region, endpoint }: AwsSettings) =>
  [
    credentials?.accessKeyId,
    credentials?.secretAccessKey.reveal(),
    credentials?.sessionToken?.reveal(),
    region,
    endpoint,
  ].map((part) => part ?? '-')

it.each([
  { env: {}, found: ['AKIADEFAULT', 'de/fa+ult', '-', 'eu-central-1', '-'] },
  {
    env: { AWS_PROFILE: 'dev.site' },
    found: ['AKIADEV', 'd#e;v', 'token==', 'eu-west-3', 'http://minio.lan:9000'],
  },
  { env: { AWS_PROFILE: 'nested' }, found: ['-', '-', '-', 'eu-north-1', 'http://nested.lan'] },
  {
    env: { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'env', AWS_PROFILE: 'dev.site' },
    found: ['AKIAENV', 'env', '-', 'eu-west-3', 'http://minio.lan:9000'],
  },
  {
    env: { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'env', AWS_SESSION_TOKEN: 't' },
    found: ['AKIAENV', 'env', 't', 'eu-central-1', '-'],
  },
  {
    env: { AWS_REGION: 'us-west-2', AWS_DEFAULT_REGION: 'us-west-1', AWS_ENDPOINT_URL: 'http://any' },
    found: ['AKIADEFAULT', 'de/fa+ult', '-', 'us-west-2', 'http://any'],
  },
  {
    env: {
      AWS_DEFAULT_REGION: 'us-west-1',
      AWS_ENDPOINT_URL: 'http://any',
      AWS_ENDPOINT_URL_S3: 'http://s3',
    },
    found: ['AKIADEFAULT', 'de/fa+ult', '-', 'us-west-1', 'http://s3'],
  },
  {
    env: { AWS_SHARED_CREDENTIALS_FILE: '/else', AWS_CONFIG_FILE: '/else' },
    found: ['-', '-', '-', 'us-east-1', '-'],
  },
])('reads $found from the files of AWS with $env', ({ env, found }) => {
  expect(shown(settings(env))).toEqual(found)
})

it('is anonymous without any setting', () => {
  expect(shown(settings({}, {}))).toEqual(['-', '-', '-', 'us-east-1', '-'])
})

it('shows no secret', () => {
  expect(JSON.stringify(settings({ AWS_PROFILE: 'dev.site' }))).not.toMatch(/d#e;v|token==/)
})

it.each([
  {
    env: { AWS_PROFILE: 'gone' },
    message: 'AWS_PROFILE=gone: there is no such profile in ~/.aws',
    hint: 'the profiles are: default, dev.site, nested, sso; unset AWS_PROFILE to go without',
  },
  {
    env: { AWS_PROFILE: 'sso' },
    message: 'the AWS profile sso has its credentials from sso_session',
    hint: expect.stringContaining('aws configure export-credentials --profile sso --format env'),
  },
  {
    env: { AWS_ACCESS_KEY_ID: 'AKIAENV' },
    message: 'AWS_SECRET_ACCESS_KEY is missing for S3, as only the other is set',
    hint: 'set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or none for a public bucket',
  },
])('refuses $env', ({ env, message, hint }) => {
  expect(() => settings(env)).toThrow(expect.objectContaining({ code: 'USAGE', message, details: { hint } }))
})
