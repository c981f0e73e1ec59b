import { textOf } from '../printable.ts'
import { joinSh, rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** The answer of ConvectHub's login page on a port: the HTTP status (0 when nothing answers) and the HTML title. */
export interface LoginPage {
  status: number
  title: string
}

/**
 * Shell functions. `own_address INTERFACE` prints the host's address on an interface, or on its default route when the
 * name is empty. `login_page SCHEME PORT INTERFACE` prints the HTTP status of the page there (0 without an answer) and
 * its title on one line. The server may send anything without end, so only 16 KiB and 60 bytes of the title are used.
 */
export const LOGIN_PAGE = `own_address() {
  if [ -n "$1" ]; then ip -4 -o addr show dev "$1"; else ip -4 -o route get 192.0.2.1; fi |
    sed -n 's/.* inet \\([0-9.]*\\).*/\\1/p; s/.* src \\([0-9.]*\\).*/\\1/p' | head -n 1
}
login_page() {
  page=$(curl -ski --max-time 5 "$1://$(own_address "$3"):$2/hub/login" | head -c 16384 | tr '\\000-\\037\\177' ' ' | tr -s ' ')
  status=\${page#HTTP/* }
  status=\${status%% *}
  case $status in [1-5][0-9][0-9]) ;; *) status=0 ;; esac
  title=\${page#*<title>}
  [ "$title" != "$page" ] || title=
  title=\${title%%<*}
  printf '%s %.60s\\n' "$status" "$title"
}`

const SCRIPT = `
while read -r scheme port iface; do
  printf 'page %s %s %s %s\\n' "$scheme" "$port" "$iface" "$(login_page "$scheme" "$port" "$iface")"
done <<'EOF'`

const family: FactFamily<LoginPage> = {
  id: 'login-page',
  script: (keys) => joinSh([rawSh(LOGIN_PAGE), rawSh(SCRIPT), rawSh(keys.join('\n')), rawSh('EOF')]),
  parse: (output, keys) =>
    new Map(
      keys.map((key) => {
        const begin = `page ${key} `
        const answer = output.split('\n').find((line) => line.startsWith(begin)) ?? ''
        const [, status = '0', title = ''] = /^(\d+) (.*)$/.exec(answer.slice(begin.length)) ?? []
        return [key, { status: Number(status), title: textOf(title.trim()) }]
      }),
    ),
}

/** Where a host looks for the login page: at its own address on `iface` ('' for its default route). */
export interface Page {
  scheme: 'http' | 'https'
  port: number
  iface: string
}

/** The login page as the host itself sees it. */
export function loginPage({ scheme, port, iface }: Page): Fact<LoginPage> {
  return { family, key: `${scheme} ${port} ${iface}` }
}
