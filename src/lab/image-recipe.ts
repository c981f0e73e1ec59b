import { digest } from '../digest.ts'
import { template } from '../templates.ts'

/** Packages that a lab machine gets beyond the minimal system: those that a server's installer usually installs. */
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
  'zstd',
] as const

/** What an image is built from: a base image, or the packages of this machine's distribution. */
export type ImageOrigin =
  | { kind: 'base'; base: string }
  | { kind: 'debootstrap'; suite: string; arch: string }

/** Everything that determines the content of a machine's image. */
export interface ImageRecipe {
  origin: ImageOrigin
  packages: readonly string[]
  /** Text of the script that starts a machine. */
  entry: string
  /** Text of the script that sets the image up. */
  setup: string
}

/** Docker label of an image that says what it was built from. */
export const ORIGIN_LABEL = 'convecthub.lab.origin'

/** Makes the recipe of an image from the scripts in templates/lab/. */
export function imageRecipe(origin: ImageOrigin): ImageRecipe {
  return {
    origin,
    packages: MACHINE_PACKAGES,
    entry: template('lab/entry.sh'),
    setup: template('lab/setup-machine.sh'),
  }
}

/** The tag of an image. It contains a hash of the recipe, so it changes only when the recipe does. */
export function imageTag(recipe: ImageRecipe): string {
  const start = startInstructions(recipe.origin.kind)
  const text = JSON.stringify([recipe.origin, recipe.packages, recipe.entry, recipe.setup, start])
  return `convecthub-lab:${digest(text).slice(0, 12)}`
}

/** The Dockerfile instructions that define how a machine starts. */
export function startInstructions(origin: ImageOrigin['kind']): string[] {
  return [
    'ENV container=docker',
    `LABEL ${ORIGIN_LABEL}=${origin}`,
    'ENTRYPOINT ["/usr/local/sbin/lab-entry"]',
  ]
}

/** The Dockerfile for a base image. The build folder must contain entry.sh and setup-machine.sh. */
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
