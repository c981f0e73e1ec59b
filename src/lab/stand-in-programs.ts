import { ConvecthubError } from '../errors.ts'
import { template } from '../templates.ts'
import { HUB_IMAGES } from './stand-in-images.ts'

/** The version that the stand-in K3s reports by default. */
export const DEFAULT_K3S_VERSION = 'v1.34.1+k3s1'

/** The stand-in Helm's version, as `helm version --short` prints it. */
export const HELM_VERSION = 'v3.19.0+stand-in'

const K3S_PARTS = [
  'k3s-version',
  'common',
  'yaml',
  'k3s-config',
  'k3s-store',
  'k3s-api',
  'k3s-server',
  'k3s-follow',
  'k3s-files',
  'k3s-agent',
  'k3s-node',
  'k3s-images',
  'k3s-web',
  'k3s-manifest',
  'k3s-objects',
  'k3s-kubectl',
  'k3s-kubectl-verbs',
  'k3s-kubectl-nodes',
  'k3s-main',
]
const HELM_PARTS = ['common', 'yaml', 'helm', 'helm-views', 'helm-verbs']

/** The stand-in K3s, a Perl program that reports `version`. Error: LAB_K3S_VERSION for an invalid version. */
export function standInK3s(version: string): string {
  if (!/^v1\.\d+\.\d+(-rc\d+)?\+k3s\d+$/.test(version))
    throw new ConvecthubError('LAB_K3S_VERSION', `"${version}" is not a version of K3s`, {
      hint: `write it as in ${DEFAULT_K3S_VERSION}`,
    })
  return program(K3S_PARTS, { 'k3s-version': { K3S_VERSION: version } })
}

/** The stand-in Helm, a Perl program. */
export function standInHelm(): string {
  return program(HELM_PARTS, { helm: { HELM_VERSION, HUB_IMAGES: HUB_IMAGES.join(' ') } })
}

/** Joins the parts of a program into one file. `marks` has the values of the parts that have marks. */
function program(parts: readonly string[], marks: Readonly<Record<string, Record<string, string>>>): string {
  return ['#!/usr/bin/perl\n', ...parts.map((part) => template(`lab/stand-in/${part}.pl`, marks[part]))].join(
    '',
  )
}
