import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonLines } from '../helpers/json-lines.ts'
import { type Lab, labUp, machineState, must } from './lab.ts'
import { renamedArchive } from './renamed-archive.ts'

let lab: Lab
const before = new Map<string, string>()

beforeAll(async () => {
  lab = await labUp(3)
  for (const machine of lab.machines) before.set(machine, await machineState(lab, machine))
})
afterAll(() => lab?.down())

describe('the life cycle of a ConvectHub on three machines', () => {
  it('ping prints system and sudo of each machine', async () => {
    const { stdout, code } = await lab.run('ping')
    expect(code).toBe(0)
    for (const machine of lab.machines)
      expect(stdout).toMatch(new RegExp(`^${machine} +OK +\\S+ s +\\S.* lab, sudo without password$`, 'm'))
  })

  it('plan lists what provision will do, and changes nothing', async () => {
    const plan = must(await lab.run('plan', ['--output', 'json']))
    const planned = jsonLines(plan.stdout).filter(({ event }) => event === 'planned')
    expect(planned.flatMap(({ changes }) => changes).length).toBeGreaterThan(20)
    must(await lab.run('plan', ['--diff']))
    for (const machine of lab.machines) expect(await machineState(lab, machine)).toBe(before.get(machine))
  })

  it('provision does what plan showed, reports every step of every host, and ends with a summary', async () => {
    const shown = titles(must(await lab.run('plan', ['--output', 'json'])).stdout, 'planned')
    const { stdout } = must(await lab.run('provision', ['--output', 'json']))
    const printed = jsonLines(stdout)
    // everything was in the plan; only waits may be missing, when they are over before they begin
    expect(shown).toEqual(expect.arrayContaining(done(stdout)))
    expect(done(stdout).filter(isAction)).toEqual(shown.filter(isAction))
    const run = printed[0] as { event: string; hosts: string[] }
    expect(run.event).toBe('run')
    expect(printed.at(-1)).toMatchObject({ event: 'summary', ok: true })
    const steps = printed.filter(({ event }) => event === 'step')
    expect(new Set(steps.map(({ host }) => host))).toEqual(new Set(lab.machines))
    expect(new Set(steps.map(({ outcome }) => outcome))).toEqual(new Set(['changed', 'unchanged']))
    for (const step of steps) expect(step).toMatchObject({ ms: expect.any(Number), step: expect.any(String) })
  })

  it('status finds everything healthy', async () => {
    const { stdout, code } = await lab.run('status')
    expect(stdout).not.toMatch(/✘/)
    expect(stdout).toMatch(/✔ +node worker2 +Ready/)
    expect(stdout).toMatch(/✔ +release convecthub +deployed/)
    expect(stdout).toMatch(/✔ +login page https:443 +HTTP 200/)
    expect(code).toBe(0)
  })

  it('a second provision changes nothing, and needs one connection and one exec per host', async () => {
    for (const machine of lab.machines) {
      await lab.inside(
        machine,
        'echo LogLevel VERBOSE >/etc/ssh/sshd_config.d/00-verbose.conf; systemctl reload ssh; journalctl --rotate -q; journalctl -q --vacuum-time=1s >/dev/null',
      )
    }
    const plain = must(await lab.run('provision'))
    expect(plain.stdout).toMatch(/Nothing to change on 3 hosts/)
    for (const machine of lab.machines) {
      const log = await lab.inside(machine, 'journalctl -q --no-pager -o cat -u ssh')
      expect(log.match(/^Accepted publickey/gm)).toHaveLength(1)
      expect(log.match(/^Starting session: command for lab/gm)).toHaveLength(1)
    }
    const json = must(await lab.run('provision', ['--output', 'json']))
    const steps = jsonLines(json.stdout).filter(({ event }) => event === 'step')
    expect(new Set(steps.map(({ outcome }) => outcome))).toEqual(new Set(['unchanged']))
    for (const machine of lab.machines)
      await lab.inside(machine, 'rm /etc/ssh/sshd_config.d/00-verbose.conf; systemctl reload ssh')
  })

  it('an image that was deleted comes back, without an upload and without a restart', async () => {
    const image = 'quay.io/jupyterhub/k8s-hub:4.4.0'
    const ctr = '/usr/local/bin/k3s ctr -n k8s.io images'
    const started = await lab.inside('worker1', 'systemctl show -p ExecMainStartTimestamp k3s-agent')
    await lab.inside('worker1', `${ctr} rm ${image}`)
    const { stdout } = must(await lab.run('provision', ['--output', 'json']))
    const changes = jsonLines(stdout).filter(({ event }) => event === 'change-end')
    expect(changes.map(({ step, host }) => `${step} ${host}`)).toEqual(['images worker1', 'images worker1'])
    expect(done(stdout)[0]).toMatch(
      new RegExp(
        `^worker1: import the images of \\S+/jupyterhub-images-\\w+\\.tar, since K3s lacks ${image}$`,
      ),
    )
    expect(await lab.inside('worker1', `${ctr} ls`)).toMatch(
      new RegExp(`^${image} .*io.cattle.k3s.pinned=pinned`, 'm'),
    )
    expect(await lab.inside('worker1', 'systemctl show -p ExecMainStartTimestamp k3s-agent')).toBe(started)
    expect(must(await lab.run('provision')).stdout).toMatch(/Nothing to change on 3 hosts/)
  })

  it('a bundle with other archives replaces the old ones', async () => {
    const bundle = renamedArchive(lab.folder, 'hub-of-next-week.tar')
    must(await lab.run('provision', ['--bundle', bundle]))
    const folder = '/var/lib/rancher/k3s/agent'
    for (const machine of lab.machines) {
      expect(await lab.inside(machine, `ls ${folder}/images ${folder}/convecthub-incoming`)).toMatch(
        /^\S+convecthub-incoming:\n\n\S+images:\nhub-of-next-week\.tar\nk3s-airgap-images-\w+\.tar\n$/,
      )
      expect(await lab.inside(machine, 'grep agent/images/ /var/lib/convecthub/owned')).not.toMatch(
        /jupyterhub-images/,
      )
    }
    expect(must(await lab.run('provision', ['--bundle', bundle])).stdout).toMatch(
      /Nothing to change on 3 hosts/,
    )
    must(await lab.run('provision'))
  })

  it('a new port changes only the ingress and the login check, without a restart', async () => {
    const started = await lab.inside('driver1', 'systemctl show -p ExecMainStartTimestamp k3s')
    const { stdout } = must(await lab.run('provision', ['--output', 'json', '-e', 'http_port=8081']))
    const steps = (which: (event: Record<string, unknown>) => boolean) =>
      jsonLines(stdout)
        .filter(which)
        .map(({ step, host }) => `${step} ${host}`)
    const planned = steps(({ event, changes }) => event === 'planned' && String(changes) !== '')
    expect(planned).toEqual(['ingress driver1', 'login driver1'])
    // the login page may be there before it is waited for
    const changed = steps(({ event, outcome }) => event === 'step' && outcome === 'changed')
    expect(changed.filter((step) => step !== 'login driver1')).toEqual(['ingress driver1'])
    expect(await lab.inside('driver1', 'systemctl show -p ExecMainStartTimestamp k3s')).toBe(started)
  })

  it('reset does nothing until the name of the inventory is typed', async () => {
    const { code, stderr } = await lab.run('reset', [], { input: 'yes\n' })
    expect(code).toBe(2)
    expect(stderr).toMatch(/'yes' is not inv; nothing was changed/)
    must(await lab.run('status', ['-e', 'http_port=8081']))
  })

  it('reset leaves nothing', async () => {
    const { stdout } = must(await lab.run('reset', [], { input: 'inv\n' }))
    expect(stdout).toMatch(/Audit: nothing is left/)
    for (const machine of lab.machines) expect(await machineState(lab, machine)).toBe(before.get(machine))
    expect(must(await lab.run('reset', ['--yes'])).stdout).toMatch(/Nothing to change/)
  })

  it('provision works again after the reset', async () => {
    must(await lab.run('provision'))
    must(await lab.run('status'))
  })
})

/** Whether a change is more than a wait. */
function isAction(title: string): boolean {
  return !/: wait /.test(title)
}

/** The planned changes, as "host: title". */
function titles(stdout: string, kind: string): string[] {
  return jsonLines(stdout)
    .filter(({ event }) => event === kind)
    .flatMap(({ host, changes }) => (changes as { title: string }[]).map(({ title }) => `${host}: ${title}`))
    .sort()
}

/** The changes that were made, as "host: title". */
function done(stdout: string): string[] {
  return jsonLines(stdout)
    .filter(({ event }) => event === 'change-end')
    .map(({ host, change }) => `${host}: ${(change as { title: string }).title}`)
    .sort()
}
