import { join } from 'node:path'
import { ConvecthubError } from '../../errors.ts'
import { Secret } from '../../secret.ts'
import { parseAwsFile } from './parse-aws-file.ts'

/** What signs requests to S3. */
export interface AwsCredentials {
  accessKeyId: string
  secretAccessKey: Secret
  sessionToken: Secret | undefined
  /** Where they are from: `AWS_ACCESS_KEY_ID`, `the profile default`. */
  from: string
}

/** How the tools of AWS on this computer are set up. */
export interface AwsSettings {
  /** Undefined where there are none: requests are anonymous. */
  credentials: AwsCredentials | undefined
  region: string
  /** The store that is asked instead of AWS. */
  endpoint: string | undefined
}

/** What the settings depend on. */
export interface AwsPlaces {
  env: Readonly<Record<string, string | undefined>>
  home: string
  /** The text of a file; undefined where there is none. */
  read(path: string): string | undefined
}

/** Keys of profiles that get their credentials from elsewhere. */
const ELSEWHERE = ['credential_process', 'login_session', 'role_arn', 'sso_session', 'sso_start_url']

/**
 * Settings from the environment, else from ~/.aws/credentials and ~/.aws/config, as the AWS CLI reads them. Error: USAGE
 * for a profile that is not there or has its credentials from a service, and for half a pair of keys.
 */
export function awsSettings({ env, home, read }: AwsPlaces): AwsSettings {
  const file = (variable: string, name: string) =>
    parseAwsFile(read(env[variable] || join(home, '.aws', name)) ?? '')
  const secrets = file('AWS_SHARED_CREDENTIALS_FILE', 'credentials')
  const config = file('AWS_CONFIG_FILE', 'config')
  const name = env.AWS_PROFILE || 'default'
  const found = [config.get(name === 'default' ? name : `profile ${name}`), secrets.get(name)]
  const profile: Readonly<Record<string, string>> = Object.assign({}, ...found)
  if (env.AWS_PROFILE && !found.some((section) => section !== undefined))
    throw new ConvecthubError('USAGE', `AWS_PROFILE=${name}: there is no such profile in ~/.aws`, {
      hint: `the profiles are: ${profiles(secrets, config).join(', ') || 'none'}; unset AWS_PROFILE to go without`,
    })
  const services = config.get(`services ${profile.services}`) ?? {}
  return {
    credentials: fromEnvironment(env) ?? fromProfile(name, profile),
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || profile.region || 'us-east-1',
    endpoint:
      env.AWS_ENDPOINT_URL_S3 ||
      env.AWS_ENDPOINT_URL ||
      services['s3.endpoint_url'] ||
      profile['s3.endpoint_url'] ||
      profile.endpoint_url,
  }
}

function profiles(...files: readonly ReadonlyMap<string, unknown>[]): string[] {
  const names = files
    .flatMap((file) => [...file.keys()])
    .filter((name) => !/^(services|sso-session) /.test(name))
  return [...new Set(names.map((name) => name.replace(/^profile /, '')))]
}

function fromEnvironment(env: AwsPlaces['env']): AwsCredentials | undefined {
  const { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = env
  return pair(key, secret, token, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID')
}

function fromProfile(name: string, profile: Readonly<Record<string, string>>): AwsCredentials | undefined {
  const { aws_access_key_id: key, aws_secret_access_key: secret, aws_session_token: token } = profile
  const elsewhere = ELSEWHERE.find((each) => profile[each])
  if (!key && !secret && elsewhere)
    throw new ConvecthubError('USAGE', `the AWS profile ${name} has its credentials from ${elsewhere}`, {
      hint: `fetch them into the environment first: eval "$(aws configure export-credentials --profile ${name} --format env)"`,
    })
  return pair(key, secret, token, 'aws_access_key_id', 'aws_secret_access_key', `the profile ${name}`)
}

function pair(
  key: string | undefined,
  secret: string | undefined,
  token: string | undefined,
  keyName: string,
  secretName: string,
  from: string,
): AwsCredentials | undefined {
  if (!key && !secret) return undefined
  if (!key || !secret)
    throw new ConvecthubError(
      'USAGE',
      `${key ? secretName : keyName} is missing for S3, as only the other is set`,
      {
        hint: `set both ${keyName} and ${secretName}, or none for a public bucket`,
      },
    )
  const sessionToken = token ? new Secret(token) : undefined
  return { accessKeyId: key, secretAccessKey: new Secret(secret), sessionToken, from }
}
