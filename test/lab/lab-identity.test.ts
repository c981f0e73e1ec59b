import { expect, it } from 'vitest'
import { parseAptSources } from '../../src/facts/apt-sources.ts'
import { labIdentity } from '../../src/lab/lab-identity.ts'
import { sshArguments } from '../../src/lab/lab-ssh.ts'
import { prepareScript } from '../../src/lab/prepare-machine.ts'
import { runArguments } from '../../src/lab/start-machine.ts'

it('distinguishes labs with the same name in different folders', () => {
  const [a, b] = [labIdentity('/a/lab'), labIdentity('/b/lab')]
  expect(a.prefix).toMatch(/^convecthub-lab-[0-9a-f]{8}$/)
  expect(a.prefix).not.toBe(b.prefix)
  expect(labIdentity('/a/./lab')).toEqual(a)
})

it.each(['/a/Lab', '/a/-lab', '/a b/lab', "/a'b/lab", `/a/${'x'.repeat(32)}`])('refuses %s', (path) => {
  expect(() => labIdentity(path)).toThrow(expect.objectContaining({ code: 'LAB_NAME', exit: 'usage' }))
})

it('labels the container and the volumes of a machine', () => {
  const lab = labIdentity('/a/lab')
  const machine = { name: 'driver1', role: 'driver', address: '10.1.2.11' } as const
  const args = runArguments(lab, machine, 'image', ['--privileged'])
  expect(args).toContain(`convecthub.lab=${lab.id}`)
  expect(args.filter((arg) => arg.endsWith(`volume-label=convecthub.lab=${lab.id}`))).toHaveLength(3)
  expect(args).toContain(`${lab.prefix}-driver1`)
  expect(args.at(-1)).toBe('image')
})

it("restricts ssh to the lab's key and host keys", () => {
  expect(sshArguments('/a/lab', '10.1.2.11', ['true'])).toEqual([
    ...['-i', '/a/lab/id_ed25519', '-o', 'UserKnownHostsFile=/a/lab/known_hosts'],
    ...['-o', 'StrictHostKeyChecking=yes', '-o', 'IdentitiesOnly=yes', '-o', 'LogLevel=ERROR'],
    ...['lab@10.1.2.11', 'true'],
  ])
})

it("configures apt only in a machine that is built from this machine's packages", () => {
  expect(prepareScript('ssh-ed25519 AAAA', undefined)).not.toContain('/etc/apt')
  const sources = parseAptSources('sources.list', 'deb http://m.example/debian bookworm main')
  const script = prepareScript('ssh-ed25519 AAAA', {
    codename: 'bookworm',
    arch: 'amd64',
    sources,
    aptConf: 'Acquire::Check-Date "false";\n',
  })
  expect(script).toContain("<<'LAB_END'\ndeb http://m.example/debian bookworm main\nLAB_END\n")
})
