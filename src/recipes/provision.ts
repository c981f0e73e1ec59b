import type { Step } from '../engine/step.ts'
import { artifacts } from '../steps/artifacts.ts'
import { basePackages } from '../steps/base-packages.ts'
import { docker } from '../steps/docker.ts'
import { hubPassword } from '../steps/hub-password.ts'
import { images } from '../steps/images.ts'
import { jupyterhub } from '../steps/jupyterhub.ts'
import { k3sAgent, k3sNode, k3sServer } from '../steps/k3s.ts'
import { k3sSnapshot } from '../steps/k3s-snapshot.ts'
import { uncordon } from '../steps/leave.ts'
import { login } from '../steps/login.ts'
import { gpuPlugin, ingress, oldRegistry } from '../steps/manifests.ts'
import { nvidia } from '../steps/nvidia.ts'
import { endOldRelay } from '../steps/old-relay.ts'
import { oldSources } from '../steps/old-sources.ts'
import { packageArchive } from '../steps/package-archive.ts'
import { preflight } from '../steps/preflight.ts'
import { registry } from '../steps/registry.ts'
import { makeCertificate } from '../steps/registry-certificate.ts'
import { registryImages } from '../steps/registry-images.ts'
import { trustRegistry } from '../steps/registry-trust.ts'

/** What `provision` does, in this order on each host. */
export const provision: readonly Step[] = [
  preflight,
  endOldRelay,
  oldSources,
  packageArchive,
  basePackages,
  makeCertificate,
  docker,
  nvidia,
  artifacts,
  trustRegistry,
  ingress,
  k3sSnapshot,
  k3sServer,
  k3sAgent,
  k3sNode,
  images,
  uncordon,
  oldRegistry,
  gpuPlugin,
  hubPassword,
  jupyterhub,
  login,
  registryImages,
  registry,
]
