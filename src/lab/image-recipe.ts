import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { packageFile } from './package-root.ts'

/** What a machine has beyond the distribution's smallest system: what an on-prem server's installer leaves. */
const MACHINE_PACKAGES = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'sudo',
  'iproute2',
  'iptables',
  'iputils-ping',
  'curl',
  'ca-certificates',
  'kmod',
  'procps',
  'netbase',
] as const

/** Where an image comes from: a base image, or the packages of the distribution that this machine runs. */
export type ImageOrigin =
  | { kind: 'base'; base: string }
  | { kind: 'debootstrap'; suite: string; arch: string }

/** Everything that decides the content of a machine's image. */
export interface ImageRecipe {
  origin: ImageOrigin
  packages: readonly string[]
  /** Texts of the scripts that go in. */
  entry: string
  setup: string
}

/** Label of an image that was made from the packages of this machine's distribution. */
export const ORIGIN_LABEL = 'convecthub.lab.origin'

/** The recipe of an image with the scripts of this package. */
export function imageRecipe(origin: ImageOrigin): ImageRecipe {
  return {
    origin,
    packages: MACHINE_PACKAGES,
    entry: readFileSync(packageFile('templates', 'lab', 'entry.sh'), 'utf8'),
    setup: readFileSync(packageFile('templates', 'lab', 'setup-machine.sh'), 'utf8'),
  }
}

/** The image's name: it changes when the recipe does, and only then. */
export function imageTag(recipe: ImageRecipe): string {
  const start = startInstructions(recipe.origin.kind)
  const text = JSON.stringify([recipe.origin, recipe.packages, recipe.entry, recipe.setup, start])
  return `convecthub-lab:${createHash('sha256').update(text).digest('hex').slice(0, 12)}`
}

/** How a machine's image starts and stops, as instructions of a Dockerfile. */
export function startInstructions(origin: ImageOrigin['kind']): string[] {
  return [
    'ENV container=docker',
    `LABEL ${ORIGIN_LABEL}=${origin}`,
    'ENTRYPOINT ["/usr/local/sbin/lab-entry"]',
  ]
}

/** The Dockerfile for a base image; the build folder holds entry.sh and setup-machine.sh. */
export function dockerfile(base: string, packages: readonly string[]): string {
  return [
    `FROM ${base}`,
    'ENV DEBIAN_FRONTEND=noninteractive',
    `RUN apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    'ENV DEBIAN_FRONTEND=',
    'COPY entry.sh /usr/local/sbin/lab-entry',
    'COPY setup-machine.sh /setup-machine.sh',
    'RUN chmod 0755 /usr/local/sbin/lab-entry && sh /setup-machine.sh',
    ...startInstructions('base'),
    '',
  ].join('\n')
}
