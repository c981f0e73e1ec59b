import { joinSh, rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** What ConvectHub's login page answers on one port: the HTTP status, 0 when nothing answers, and its HTML title. */
export interface LoginPage {
  status: number
  title: string
}

/**
 * Shell functions. `own_address` prints the host's address on an interface, or on its default route when there is no name;
 * `login_page SCHEME PORT INTERFACE` what the page answers there, and then status=, which alone tells: curl fails after a
 * whole answer too, where the other side says no goodbye.
 */
export const LOGIN_PAGE = `own_address() {
  if [ -n "$1" ]; then ip -4 -o addr show dev "$1"; else ip -4 -o route get 192.0.2.1; fi |
    sed -n 's/.* inet \\([0-9.]*\\).*/\\1/p; s/.* src \\([0-9.]*\\).*/\\1/p' | head -n 1
}
login_page() {
  curl -sk --max-time 5 -w '\nstatus=%{http_code}\n' "$1://$(own_address "$3"):$2/hub/login" || :
}`

const SCRIPT = `
while read -r scheme port iface; do
  answer=$(login_page "$scheme" "$port" "$iface")
  title=$(printf '%s' "$answer" | sed -n 's/.*<title>\\([^<]*\\)<.*/\\1/p')
  printf 'page %s %s %s %s %s\\n' "$scheme" "$port" "$iface" "\${answer##*status=}" "$title"
done <<EOF`

const family: FactFamily<LoginPage> = {
  id: 'login-page',
  script: (keys) => joinSh([rawSh(LOGIN_PAGE), rawSh(SCRIPT), rawSh(keys.join('\n')), rawSh('EOF')]),
  parse: (output, keys) =>
    new Map(
      keys.map((key) => {
        const [, status = '0', title = ''] =
          new RegExp(`^page ${key.trim()} +(\\d+) ?(.*)$`, 'm').exec(output) ?? []
        return [key, { status: Number(status), title }]
      }),
    ),
}

/** The login page as the host itself sees it at its own address on `iface` ('' for that of its default route). */
export function loginPage(scheme: 'http' | 'https', port: number, iface: string): Fact<LoginPage> {
  return { family, key: `${scheme} ${port} ${iface}` }
}
