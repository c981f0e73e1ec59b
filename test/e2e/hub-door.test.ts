import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cli } from './cli.ts'
import { type Lab, labUp, must } from './lab.ts'

const PASSWORD = '/var/lib/convecthub/jupyterhub/password.yaml'

let lab: Lab
beforeAll(async () => {
  lab = await labUp(1)
  const inventory = join(lab.folder, 'lab/inv.toml')
  writeFileSync(inventory, readFileSync(inventory, 'utf8').replace(/^jhub_config_path=.*\n/m, ''))
})
afterAll(() => lab?.down())

const password = async () =>
  must(await cli(['hub', 'password', '-i', 'lab/inv.toml'], { cwd: lab.folder })).stdout.trim()

it('creates a password for a hub without an authenticator, keeps it, and does not print it', async () => {
  const first = must(await lab.run('provision'))
  const made = await password()
  expect(made).toMatch(/^[a-z2-9]{24}$/)
  expect(first.stdout).toMatch(/^To see the password: convecthub hub password -i /m)
  expect(first.stdout + first.stderr).not.toContain(made)
  expect(await lab.inside('driver1', `stat -c '%a %U' ${PASSWORD}`)).toBe('600 root\n')
  expect(await lab.inside('driver1', 'cat /run/convecthub/* 2>/dev/null || :')).not.toContain(made)
  const values = await lab.inside(
    'driver1',
    '/var/lib/convecthub/bin/helm get values convecthub -n convecthub -o json --kubeconfig /etc/rancher/k3s/k3s.yaml',
  )
  expect(JSON.parse(values).hub.config).toEqual({
    JupyterHub: { authenticator_class: 'dummy' },
    DummyAuthenticator: { password: made, allow_all: true },
  })
  expect(must(await lab.run('provision')).stdout).toMatch(/Nothing to change on 1 host/)
  expect(await password()).toBe(made)
})

it('applies a password that was changed on the driver in the next run', async () => {
  await lab.inside('driver1', `sed -i "s/password: '.*'/password: 'of-our-own'/" ${PASSWORD}`)
  const { stdout } = must(await lab.run('provision', ['--output', 'json']))
  expect(stdout).toContain('helm upgrade convecthub')
  expect(stdout).not.toContain('of-our-own')
  expect(await password()).toBe('of-our-own')
})
