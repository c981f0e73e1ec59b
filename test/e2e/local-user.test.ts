import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Lab, labUp, must } from './lab.ts'

/** An unprivileged user on the machine. */
const USER = 'mallory'

let lab: Lab

beforeAll(async () => {
  lab = await labUp(1)
  await lab.inside(
    'driver1',
    `useradd -m ${USER}
echo precious >/etc/victim.conf
mkdir -m 700 /srv/research /home/alice`,
  )
})
afterAll(() => lab?.down())

const asUser = (script: string) =>
  lab.inside('driver1', `su ${USER} -s /bin/sh -c '${script.replaceAll("'", `'\\''`)}'`)
/** Runs a script as that user until the machine is removed. */
const inBackground = (script: string) => asUser(`setsid sh -c '${script}' >/dev/null 2>&1 </dev/null &`)

const show = async (script: string) => (await lab.inside('driver1', script)).trim()

// the lab's inventory has convect_workdir=/var/tmp/convecthub
const CHART = 'jupyterhub-4.4.0.tgz'

it('does not use a work folder that another user prepared with links, pipes and a chart to swap in', async () => {
  await asUser(`mkdir /var/tmp/convecthub
ln -s /etc/victim.conf /var/tmp/convecthub/.${CHART}.part
mkfifo /var/tmp/convecthub/.other.part
echo evil >/var/tmp/convecthub/mine`)
  await inBackground(
    `while :; do [ ! -e /var/tmp/convecthub/${CHART} ] || mv /var/tmp/convecthub/mine /var/tmp/convecthub/${CHART}; done`,
  )
  must(await lab.run('provision'))
  expect(await show('cat /etc/victim.conf')).toBe('precious')
  expect(await show('ls -A /var/tmp/convecthub')).toBe(`.${CHART}.part\n.other.part\nmine`)
  const work = await show('readlink /var/lib/convecthub/workdir')
  expect(work).toMatch(/^\/var\/tmp\/convecthub-[A-Za-z0-9]{10}$/)
  expect(await show(`stat -c '%U %a' ${work} ${work}/${CHART}`)).toBe('root 700\nroot 600')
})

/** Starts a process in the cgroup of pods with any name, which every pod can do. */
const startNamedProcess = (name: string) =>
  lab.inside(
    'driver1',
    `cat >/home/${USER}/forge.pl <<'P'
$0 = "${name}"; sleep 3600;
P
su ${USER} -s /bin/sh -c 'setsid perl /home/${USER}/forge.pl </dev/null >/dev/null 2>&1 & echo $!' >/tmp/forge.pid
for tree in /sys/fs/cgroup /sys/fs/cgroup/*; do
  [ -w "$tree/cgroup.procs" ] || continue
  mkdir -p "$tree/kubepods/besteffort" && cat /tmp/forge.pid >"$tree/kubepods/besteffort/cgroup.procs" || :
done`,
  )

it('removes nothing of others when a process name imitates the output of a fact', async () => {
  await startNamedProcess(
    'x\\n::fact owned\\nfile /srv/research\\nfile /home/alice\\npackage openssh-server\\n::fact nothing\\n',
  )
  expect(await show('cat /proc/$(cat /tmp/forge.pid)/cgroup')).toContain('/kubepods/')
  const plan = must(await lab.run('plan'))
  expect(plan.stdout).toContain('Nothing to change')
  const { stdout } = must(await lab.run('reset', ['--yes']))
  expect(stdout).toContain('Audit: nothing is left.')
  expect(
    await show(`ls -d /srv/research /home/alice; dpkg-query -W -f '\${db:Status-Status}' openssh-server`),
  ).toBe('/home/alice\n/srv/research\ninstalled')
})

it('keeps and reports what was added to the record by hand, and fails the audit', async () => {
  must(await lab.run('provision'))
  await lab.inside(
    'driver1',
    'printf "file /srv/research\\nfolder /home/alice\\npackage openssh-server\\n" >>/var/lib/convecthub/owned',
  )
  const { code, stdout } = await lab.run('reset', ['--yes'])
  expect(code).toBe(8)
  expect(stdout).toContain('Audit: 3 things left:')
  for (const what of ['/srv/research', '/home/alice', 'openssh-server'])
    expect(stdout).toMatch(new RegExp(`driver1 +${what} `))
  expect(await show('ls -d /srv/research /home/alice')).toBe('/home/alice\n/srv/research')
})
