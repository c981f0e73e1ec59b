import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { aptSources } from '../../src/facts/apt-sources.ts'
import { makeProbe } from '../../src/facts/fact.ts'
import { runShell, SHELLS } from '../helpers/shell.ts'

const DEB822 = `# Docker's
Types: deb
# of the mirror
URIs: http://m.lan/docker/
Suites: jammy
Components: stable
  test
Architectures: amd64
signed-by: /etc/apt/keyrings/docker.asc

Types: deb deb-src
URIs: http://a.lan/ubuntu https://b.lan/ubuntu
Suites: jammy ./
Components: main
`

it.each(SHELLS.map(([name]) => ({ name })))(
  '$name reads real files, with the place of each entry',
  ({ name }) => {
    const folder = mkdtempSync(join(tmpdir(), 'convecthub-apt-'))
    try {
      mkdirSync(join(folder, 'sources.list.d'))
      writeFileSync(join(folder, 'sources.list'), '\ndeb http://a.lan x main')
      writeFileSync(join(folder, 'sources.list.d/d.sources'), DEB822)
      writeFileSync(join(folder, 'sources.list.d/d.list.save'), 'deb http://no.lan x y\n')
      const questions = makeProbe([aptSources])
      const shell = SHELLS.find(([program]) => program === name) ?? []
      const { output } = runShell(questions.script.reveal().replaceAll('/etc/apt', folder), shell)
      const found = questions.read(output).get(aptSources)
      expect(found.map(({ file, line }) => `${file}:${line}`).slice(0, 3)).toEqual([
        `${folder}/sources.list:2`,
        `${folder}/sources.list.d/d.sources:2`,
        `${folder}/sources.list.d/d.sources:11`,
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
