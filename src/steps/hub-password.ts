import { parse } from 'yaml'
import type { Change } from '../engine/change.ts'
import type { Step } from '../engine/step.ts'
import { file } from '../facts/file.ts'
import { HELM, KUBECONFIG } from '../facts/release.ts'
import { Secret } from '../secret.ts'
import { sh } from '../sh.ts'
import { hubDoor } from './hub-door.ts'
import { NAMESPACE, RELEASE } from './hub-release.ts'

/** Values for the chart, with the one password of all who log in: the last ones that Helm is handed. */
export const HUB_PASSWORD = '/var/lib/convecthub/jupyterhub/password.yaml'

/** 32 characters that nobody takes for one another: 24 of them are 120 random bits. */
const ALPHABET = 'a-km-np-z2-9'
const LENGTH = 24

/**
 * Where a site's values do not say how people log in: one password, made on the driver that leads and never changed
 * there. Another driver that leads takes it from the release. Without it the chart would let in anybody (`dummy`).
 */
export const hubPassword: Step = {
  id: 'hub-password',
  title: 'Make the password of the hub',
  hosts: ({ cluster }) => [cluster.lead],
  facts: () => [file(HUB_PASSWORD)],
  plan: ({ facts, jhubConfig }): Change[] => {
    if (hubDoor(jhubConfig).own) return []
    const state = facts.get(file(HUB_PASSWORD))
    if (state?.type !== 'file' || state.size === 0) return [make]
    return state.mode === '600' && state.owner === '0:0' ? [] : [close]
  },
}

const make: Change = {
  kind: 'run',
  sign: '+',
  title: `a password with which everybody logs in to the hub (${HUB_PASSWORD})`,
  timeoutMs: 90_000,
  // one that came meanwhile counts; in no argument: printf is built in
  script: sh`[ ! -s ${HUB_PASSWORD} ] || exit 0
password=''
if [ -x ${HELM} ] && [ -f ${KUBECONFIG} ]; then
  known=$(timeout 30 ${HELM} list -a -q -n ${NAMESPACE} --kubeconfig ${KUBECONFIG}) || exit
  case $known in
  ${RELEASE})
    said=$(timeout 30 ${HELM} get values ${RELEASE} -o json -n ${NAMESPACE} --kubeconfig ${KUBECONFIG}) || exit
    password=$(printf '%s' "$said" | tr -d ' \n' | sed -n 's/.*"DummyAuthenticator":{[^{}]*"password":"\\([a-z2-9]*\\)".*/\\1/p')
    ;;
  esac
fi
[ "\${#password}" = ${LENGTH} ] || password=$(tr -dc ${ALPHABET} </dev/urandom | head -c ${LENGTH})
[ "\${#password}" = ${LENGTH} ] || { echo '/dev/urandom gave no password' && exit 74; }
cvh_record file ${HUB_PASSWORD}
printf '%s\n' \
  "# Made by convecthub; 'convecthub hub password' shows it. Change the password here, then run 'convecthub provision'." \
  hub: '  config:' '    JupyterHub:' '      authenticator_class: dummy' \
  '    DummyAuthenticator:' "      password: '$password'" | cvh_place ${HUB_PASSWORD} 600`,
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
