import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonLines } from '../helpers/json-lines.ts'
import { type Lab, labUp, must } from './lab.ts'

/** How many runs to kill, at moments spread evenly over a run. */
const MOMENTS = 10

let lab: Lab
let total = 0

beforeAll(async () => {
  lab = await labUp(3)
  total = jsonLines(must(await lab.run('provision', ['--output', 'json'])).stdout).length
})
afterAll(() => lab?.down())

it.each(Array.from({ length: MOMENTS }, (_, i) => i + 1))(
  'the same command converges after a run was killed at moment %i of 10',
  async (moment) => {
    must(await lab.run('reset', ['--yes']))
    const at = Math.ceil((total * moment) / (MOMENTS + 1))
    let seen = 0
    const killed = await lab.run('provision', ['--output', 'json'], {
      onLine: (_line, child) => {
        seen += 1
        if (seen === at) child.kill('SIGKILL')
      },
    })
    expect(killed.code).toBe(null)
    must(await lab.run('provision'))
    expect(must(await lab.run('provision')).stdout).toMatch(/Nothing to change on 3 hosts/)
    must(await lab.run('status'))
  },
)
