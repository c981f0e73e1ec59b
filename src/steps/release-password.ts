import { HELM, KUBECONFIG } from '../layout.ts'
import { sh } from '../sh.ts'
import { NAMESPACE, RELEASE } from './hub-release.ts'

/**
 * Has $password be the one that the release was last made from, as JSON writes it between quotes; empty where there is no
 * release, or one without. Exits where the release cannot be asked.
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

/** Prints $password as values for the chart. What JSON writes without a backslash is the same text in YAML's plain quotes. */
export const printValues = sh`quote="'"
case $password in *\\\\* | *\\'*) quote='"' ;; esac
printf '%s\n' \
  "# Made by convecthub; 'convecthub hub password' shows it. Change the password here, then run 'convecthub provision'." \
  hub: '  config:' '    JupyterHub:' '      authenticator_class: dummy' \
  '    DummyAuthenticator:' "      password: $quote$password$quote"`
