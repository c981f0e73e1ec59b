import { expect, it } from 'vitest'
import { dockerfile, imageRecipe, imageTag } from '../../src/lab/image-recipe.ts'

const recipe = imageRecipe({ kind: 'base', base: 'ubuntu:22.04' })

it('has a tag that changes with each part of the recipe', () => {
  const tags = [
    recipe,
    { ...recipe, packages: [...recipe.packages, 'less'] },
    { ...recipe, entry: `${recipe.entry}#` },
    { ...recipe, setup: `${recipe.setup}#` },
    imageRecipe({ kind: 'base', base: 'debian:12' }),
    imageRecipe({ kind: 'debootstrap', suite: 'bookworm', arch: 'amd64' }),
  ].map(imageTag)
  expect(new Set(tags).size).toBe(tags.length)
  expect(tags[0]).toMatch(/^convecthub-lab:[0-9a-f]{12}$/)
  expect(imageTag(imageRecipe({ kind: 'base', base: 'ubuntu:22.04' }))).toBe(tags[0])
})

it('builds on the base image and boots systemd', () => {
  const text = dockerfile('debian:12', ['systemd'])
  expect(text).toMatch(/^FROM debian:12\n/)
  expect(text).toContain('ENTRYPOINT ["/usr/local/sbin/lab-entry"]')
})
