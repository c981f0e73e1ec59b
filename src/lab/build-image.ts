import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import { debootstrapImage, prepareDebootstrap } from './debootstrap-image.ts'
import { readDistribution } from './distribution.ts'
import { docker, tryDocker } from './docker.ts'
import type { Emit } from './emit.ts'
import { dockerfile, type ImageRecipe, imageRecipe, imageTag } from './image-recipe.ts'

/** The default base image. */
const DEFAULT_BASE = 'ubuntu:22.04'

/** Give up on a registry that sends nothing for this long. */
const PULL_FIRST_WORD_MS = 15_000
const BUILD_MS = 15 * 60_000

/**
 * Returns the tag of the machines' image, and builds the image if necessary: on a base image when that can be pulled,
 * else from the packages of this machine's distribution. A base image that the user named is never replaced.
 * `folder` is used for the build and removed afterwards. Error: LAB_IMAGE.
 */
export async function buildImage(base: string | undefined, folder: string, emit: Emit): Promise<string> {
  const onBase = imageRecipe({ kind: 'base', base: base ?? DEFAULT_BASE })
  if (await imageExists(imageTag(onBase))) return imageTag(onBase)

  const distribution = base === undefined ? await readDistribution() : undefined
  const packages =
    distribution &&
    imageRecipe({ kind: 'debootstrap', suite: distribution.codename, arch: distribution.arch })
  if (packages && (await imageExists(imageTag(packages)))) return imageTag(packages)

  const refused = await obtainBase(base ?? DEFAULT_BASE, emit)
  if (refused === undefined) return await dockerBuild(base ?? DEFAULT_BASE, onBase, folder, emit)
  if (base !== undefined)
    throw new ConvecthubError('LAB_IMAGE', `the base image ${base} is not here and cannot be pulled`, {
      evidence: refused,
      hint: `load it with \`docker load -i FILE\`, or leave out --base`,
    })
  if (!distribution || !packages) throw noImage('this machine is neither Debian nor Ubuntu', refused)
  const obstacle = await prepareDebootstrap(emit)
  if (obstacle) throw noImage(obstacle, refused)
  return await debootstrapImage(distribution, packages, folder, emit)
}

function noImage(obstacle: string, evidence: string): ConvecthubError {
  return new ConvecthubError('LAB_IMAGE', `no image for lab machines: ${obstacle}`, {
    evidence,
    hint: `get ${DEFAULT_BASE} with \`docker pull\` or \`docker load\`; or, as root on Debian or Ubuntu, \`apt-get install debootstrap\``,
  })
}

async function imageExists(name: string): Promise<boolean> {
  return (await tryDocker(['image', 'inspect', '--format', '{{.Id}}', name])).code === 0
}

/** Pulls the base image if necessary. Returns undefined on success, else the output of docker. */
async function obtainBase(base: string, emit: Emit): Promise<string | undefined> {
  if (await imageExists(base)) return undefined
  emit(`pulling ${base}`)
  const pull = await tryDocker(['pull', base], {
    timeoutMs: BUILD_MS,
    firstOutputMs: PULL_FIRST_WORD_MS,
  })
  return pull.code === 0 ? undefined : pull.stderr.trim()
}

async function dockerBuild(base: string, recipe: ImageRecipe, folder: string, emit: Emit): Promise<string> {
  const tag = imageTag(recipe)
  emit(`building ${tag} on ${base}`)
  // left over when an earlier build was killed
  await rm(folder, { recursive: true, force: true })
  try {
    await mkdir(folder, { mode: 0o700 })
    await writeFile(join(folder, 'Dockerfile'), dockerfile(base, recipe.packages))
    await writeFile(join(folder, 'entry.sh'), recipe.entry)
    await writeFile(join(folder, 'setup-machine.sh'), recipe.setup)
    await docker(['build', '--force-rm', '--tag', tag, folder], { timeoutMs: BUILD_MS })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return tag
}
