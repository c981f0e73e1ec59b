import { parse } from 'yaml'
import type { Change } from '../engine/change.ts'
import type { PlanContext, Step } from '../engine/step.ts'
import { file } from '../facts/file.ts'
import { release } from '../facts/release.ts'
import { APPLIED_PASSWORD, HUB_PASSWORD } from '../layout.ts'
import { Secret } from '../secret.ts'
import { sh } from '../sh.ts'
import { digest, keyedDigest } from './digest.ts'
import { hubDoor } from './hub-door.ts'
import { NAMESPACE, RELEASE } from './hub-release.ts'
import { askRelease, printValues } from './release-password.ts'

/** 32 characters that nobody takes for one another: 24 of them are 120 random bits. */
const ALPHABET = 'a-km-np-z2-9'
const LENGTH = 24

/**
 * Where a site's values do not say how people log in: one password, made on the driver that leads and never changed
 * there. Another driver that leads takes it from the release, as does one that was away while the password was changed;
 * a file that somebody has edited counts over that. Without a password the chart would let in anybody (`dummy`).
 */
export const hubPassword: Step = {
  id: 'hub-password',
  title: 'Make the password of the hub',
  hosts: ({ cluster }) => [cluster.lead],
  facts: () => [file(HUB_PASSWORD), file(APPLIED_PASSWORD), release(NAMESPACE, RELEASE)],
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

/** What tells texts of HUB_PASSWORD apart, by their sha256, and nobody without the token can guess the password by. */
export function passwordMark(token: Secret, sha256: string): string {
  return keyedDigest(token, sha256).slice(0, 16)
}

/** The content of APPLIED_PASSWORD. */
export function appliedText(mark: string): string {
  return `${mark}\n`
}

/** How the description of the release ends, by which a driver sees whether another one has changed the password. */
export function passwordNote(mark: string): string {
  return `, password ${mark}`
}

/** Nobody has edited the password since it was applied from here, and the release has another one by now. */
function isOutdated(sha256: string, { cluster, facts }: PlanContext): boolean {
  const mark = passwordMark(cluster.token, sha256)
  if (facts.get(file(APPLIED_PASSWORD))?.digest !== digest(appliedText(mark))) return false
  const current = facts.get(release(NAMESPACE, RELEASE))
  if (!current || current.description.endsWith(passwordNote(mark))) return false
  // a helm that failed has written its own words over the note
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
  // one that came meanwhile counts; in no argument: printf is built in
  script: sh`[ ! -s ${HUB_PASSWORD} ] || exit 0
${askRelease}
[ -n "$password" ] || {
  password=$(tr -dc ${ALPHABET} </dev/urandom | head -c ${LENGTH})
  [ "\${#password}" = ${LENGTH} ] || { echo '/dev/urandom gave no password' && exit 74; }
}
cvh_record file ${HUB_PASSWORD}
{ ${printValues}; } | cvh_place ${HUB_PASSWORD} 600`,
}

/** One that was edited since counts; and what is there afterwards is to be applied, as if it had been. */
function renew(sha256: string): Change {
  return {
    kind: 'run',
    sign: '~',
    title: `the password of the hub, as its release has it (${HUB_PASSWORD})`,
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

/** The password in the text of HUB_PASSWORD; undefined when there is none. */
export function passwordIn(text: string): Secret | undefined {
  try {
    const password = parse(text)?.hub?.config?.DummyAuthenticator?.password
    return typeof password === 'string' && password !== '' ? new Secret(password) : undefined
  } catch {
    return undefined
  }
}
