import type { Cluster, ClusterHost } from '../cluster/cluster.ts'
import type { Change } from '../engine/change.ts'
import type { Step } from '../engine/step.ts'
import { LOGIN_PAGE, loginPage, type Page } from '../facts/login-page.ts'
import { K3S } from '../layout.ts'
import { joinSh, rawSh, sh } from '../sh.ts'
import { on } from '../step-ref.ts'
import { jupyterhub } from './jupyterhub.ts'

/** The last step: waits until ConvectHub's login page answers on both ports of every driver. */
export const login: Step = {
  id: 'login',
  title: 'Check the login page',
  hosts: ({ cluster }) => cluster.drivers,
  needs: (host, { cluster }) => (cluster.lead === host ? [] : [on(jupyterhub, cluster.lead)]),
  sees: () => [],
  facts: (host, { cluster }) => loginPages(cluster, host).map(loginPage),
  plan: ({ cluster, host, facts }) =>
    loginPages(cluster, host).flatMap((page): Change[] =>
      loginAnswers(facts.get(loginPage(page)).status) ? [] : [waitForPage(page)],
    ),
}

/** The login page on a machine's http and https ports. */
export function loginPages({ httpPort, httpsPort }: Cluster, { settings }: ClusterHost): Page[] {
  const iface = settings.my_iface ?? ''
  return [
    { scheme: 'http', port: httpPort, iface },
    { scheme: 'https', port: httpsPort, iface },
  ]
}

/** True for a page, or for the redirect of an authenticator with auto_login. */
export function loginAnswers(status: number): boolean {
  return status === 200 || status === 302
}

function waitForPage({ scheme, port, iface }: Page): Change {
  return {
    kind: 'wait',
    sign: '!',
    title: `wait for the login page on port ${port}`,
    timeoutMs: 300_000,
    until: joinSh([
      rawSh(LOGIN_PAGE),
      sh`answer=$(login_page ${scheme} ${String(port)} ${iface})
echo "$answer"
case $answer in '200 '* | '302 '*) ;; *) false ;; esac`,
    ]),
    evidence: sh`${K3S} kubectl get pods -A -o wide`,
  }
}
