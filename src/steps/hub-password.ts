import { parse } from 'yaml'
import { digest, keyedDigest } from '../digest.ts'
import type { Change } from '../engine/change.ts'
import type { PlanContext, Step } from '../engine/step.ts'
import { file } from '../facts/file.ts'
import { release } from '../facts/release.ts'
import { APPLIED_PASSWORD, HUB_PASSWORD } from '../layout.ts'
import { Secret } from '../secret.ts'
import { sh } from '../sh.ts'
import { hubDoor } from './hub-door.ts'
import { askRelease, printValues } from './release-password.ts'

/** 32 characters that cannot be mistaken for one another; 24 of them are 120 random bits. */
const ALPHABET = 'a-km-np-z2-9'
const LENGTH = 24

/**
 * Makes one password for everybody when the site's values do not choose an authenticator; without it the chart would
 * let in anybody (`dummy`). The lead makes it once. A new lead, or one that missed a change, takes it from the Helm
 * release, unless somebody has edited the file: then the edited password counts.
 */
export const hubPassword: Step = {
  id: 'hub-password',
  title: 'Make the password of the hub',
  hosts: ({ cluster }) => [cluster.lead],
  facts: () => [file(HUB_PASSWORD), file(APPLIED_PASSWORD), release],
  plan: (context): Change[] => {
    if (hubDoor(context.jhubConfig).own) return []
    const state = context.facts.get(file(HUB_PASSWORD))
    if (state?.type !== 'file' || state.size === 0) return [make]
    return [
      ...(state.mode === '600' && state.owner === '0:0' ? [] : [close]),
      ...(state.digest && isOutdated(state.digest, context) ? [renew(state.digest)] : []),
    ]
  },
}

/**
 * A short fingerprint of HUB_PASSWORD's content, given its sha256. Keyed by the token: nobody else can test guesses of
 * the password against it.
 */
export function passwordMark(token: Secret, sha256: string): string {
  return keyedDigest(token, sha256).slice(0, 16)
}

/** The content of the file APPLIED_PASSWORD. */
export function appliedText(mark: string): string {
  return `${mark}\n`
}

/** The end of the release's description; it shows a driver whether another one has changed the password. */
export function passwordNote(mark: string): string {
  return `, password ${mark}`
}

/** True when the release has another password, and the file here is unchanged since this driver last deployed it. */
function isOutdated(sha256: string, { cluster, facts }: PlanContext): boolean {
  const mark = passwordMark(cluster.token, sha256)
  if (facts.get(file(APPLIED_PASSWORD))?.digest !== digest(appliedText(mark))) return false
  const current = facts.get(release)
  if (!current || current.description.endsWith(passwordNote(mark))) return false
  // a failed helm overwrites the description, and with it the note
  return (
    /, password \w+$/.test(current.description) ||
    (current.status !== 'deployed' && cluster.drivers.length > 1)
  )
}

const make: Change = {
  kind: 'run',
  sign: '+',
  title: `a password with which everybody logs in to the hub (${HUB_PASSWORD})`,
  timeoutMs: 90_000,
  // keeps a password that appeared since planning; never in an argument: printf is a builtin
  script: sh`[ ! -s ${HUB_PASSWORD} ] || exit 0
${askRelease}
[ -n "$password" ] || {
  password=$(tr -dc ${ALPHABET} </dev/urandom | head -c ${LENGTH})
  [ "\${#password}" = ${LENGTH} ] || { echo '/dev/urandom gave no password'; exit 74; }
}
cvh_record file ${HUB_PASSWORD}
{ ${printValues}; } | cvh_place ${HUB_PASSWORD} 600`,
}

/** Takes the password from the release, unless the file was edited since planning. The hub is then deployed with it. */
function renew(sha256: string): Change {
  return {
    kind: 'run',
    sign: '~',
    title: `the password of the hub, from its release (${HUB_PASSWORD})`,
    timeoutMs: 90_000,
    script: sh`[ "$(sha256sum <${HUB_PASSWORD})" = ${`${sha256}  -`} ] || exit 0
${askRelease}
[ -z "$password" ] || { ${printValues}; } | cvh_place ${HUB_PASSWORD} 600
rm -f ${APPLIED_PASSWORD}`,
  }
}

const close: Change = {
  kind: 'run',
  sign: '~',
  title: `${HUB_PASSWORD} for root alone`,
  timeoutMs: 30_000,
  script: sh`chown 0:0 ${HUB_PASSWORD} && chmod 600 ${HUB_PASSWORD}`,
}

/** The password in the content of HUB_PASSWORD; undefined when there is none. */
export function passwordIn(text: string): Secret | undefined {
  try {
    const password = parse(text)?.hub?.config?.DummyAuthenticator?.password
    return typeof password === 'string' && password !== '' ? new Secret(password) : undefined
  } catch {
    return undefined
  }
}
