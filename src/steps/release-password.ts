import { NAMESPACE, RELEASE } from '../facts/release.ts'
import { HELM, KUBECONFIG } from '../layout.ts'
import { sh } from '../sh.ts'

/**
 * Sets $password to the one in the release's values, as JSON writes it between quotes. Empty when there is no
 * release, or no password in it. Exits when helm cannot read the release.
 */
export const askRelease = sh`password=''
if [ -x ${HELM} ] && [ -f ${KUBECONFIG} ]; then
  known=$(timeout 30 ${HELM} list -a -q -n ${NAMESPACE} --kubeconfig ${KUBECONFIG}) || exit
  case $known in
  ${RELEASE})
    said=$(timeout 30 ${HELM} get values ${RELEASE} -o json -n ${NAMESPACE} --kubeconfig ${KUBECONFIG}) || exit
    password=$(printf '%s' "$said" | tr -d '\n' | sed -nE 's/.*"DummyAuthenticator": *\\{[^{}]*"password": *"(([^"\\\\]|\\\\.)*)".*/\\1/p')
    ;;
  esac
fi`

/** Prints $password as chart values. JSON text without a backslash can be put in YAML's single quotes unchanged. */
export const printValues = sh`quote="'"
case $password in *\\\\* | *\\'*) quote='"' ;; esac
printf '%s\n' \
  "# Made by convecthub; 'convecthub hub password' shows it. Change the password here, then run 'convecthub provision'." \
  hub: '  config:' '    JupyterHub:' '      authenticator_class: dummy' \
  '    DummyAuthenticator:' "      password: $quote$password$quote"`
