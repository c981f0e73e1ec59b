import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../artifacts/run-command.ts'
import { ConvecthubError } from '../errors.ts'
import { aptInstall } from './apt-install.ts'
import type { Distribution } from './distribution.ts'
import { docker } from './docker.ts'
import type { Emit } from './emit.ts'
import { type ImageRecipe, imageTag, startInstructions } from './image-recipe.ts'

const BUILD_MS = 15 * 60_000

/** Makes sure that debootstrap can run, and installs it if necessary. Returns why it cannot, undefined when it can. */
export async function prepareDebootstrap(emit: Emit): Promise<string | undefined> {
  if (process.getuid?.() !== 0)
    return 'no base image can be had, and building one from packages needs root (debootstrap)'
  if (await hasDebootstrap()) return undefined
  emit('installing debootstrap')
  await aptInstall('debootstrap', '--no-install-recommends')
  return (await hasDebootstrap())
    ? undefined
    : 'no base image can be had, and debootstrap cannot be installed'
}

async function hasDebootstrap(): Promise<boolean> {
  return (await runCommand('debootstrap', ['--version'])).code === 0
}

/** Builds the image from the packages of this machine's distribution and returns its tag. Error: LAB_IMAGE. */
export async function debootstrapImage(
  distribution: Distribution,
  recipe: ImageRecipe,
  folder: string,
  emit: Emit,
): Promise<string> {
  const tag = imageTag(recipe)
  // left over when an earlier build was killed
  await rm(folder, { recursive: true, force: true })
  const root = join(folder, 'root')
  try {
    await mkdir(folder, { mode: 0o755 })
    emit(`building ${tag} from packages of ${distribution.codename}`)
    const mirror = distribution.sources.find(({ suite }) => suite === distribution.codename)?.uri
    await must('debootstrap', [
      '--variant=minbase',
      `--include=${recipe.packages.join(',')}`,
      distribution.codename,
      root,
      ...(mirror === undefined ? [] : [mirror]),
    ])
    await writeFile(join(root, 'usr/local/sbin/lab-entry'), recipe.entry)
    await chmod(join(root, 'usr/local/sbin/lab-entry'), 0o755)
    await writeFile(join(root, 'setup-machine.sh'), recipe.setup)
    await must('chroot', [root, '/bin/sh', '/setup-machine.sh'])
    const archive = join(folder, 'root.tar')
    await must('tar', ['--one-file-system', '-C', root, '-cf', archive, '.'])
    const changes = startInstructions('debootstrap').flatMap((line) => ['--change', line])
    await docker(['import', ...changes, archive, tag], { timeoutMs: BUILD_MS })
    return tag
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function must(file: string, args: string[]): Promise<void> {
  const result = await runCommand(file, args, { timeoutMs: BUILD_MS })
  if (result.code === 0) return
  throw new ConvecthubError('LAB_IMAGE', `${file} failed while building the machines' image`, {
    evidence: `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-20).join('\n'),
    hint: 'see that `apt-get update` works on this machine; then run the same command again',
  })
}
