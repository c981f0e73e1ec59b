import { digest } from '../../src/digest.ts'
import type { Desired } from '../../src/engine/step.ts'
import { type RegistryCertificate, registryCertificate } from '../../src/facts/registry-certificate.ts'
import { ASKED_AT, is, present } from './fake-facts.ts'
import { ociArchive } from './oci-archive.ts'
import { artifact, type ClusterParts, testBundle, testDesired } from './test-cluster.ts'

/** An archive of the bundle with an image. */
export const { artifact: HUB } = await ociArchive({ name: 'quay.io/jupyterhub/k8s-hub:4.4.0', text: 'hub' })

const PROGRAM = artifact('registry-amd64', { kind: 'registry', size: 24_000_000 })

/** A bundle with a registry program. */
export const bundleOf = (...more: ReturnType<typeof artifact>[]) => ({
  ...testBundle(),
  files: [artifact('k3s', { version: 'v1.34.1+k3s1' }), PROGRAM, ...more],
})

/** A fleet whose registry is on d1. */
export const registryDesired = (parts: ClusterParts = {}, more: Partial<Desired> = {}) =>
  testDesired({ registry: 'd1', ...parts }, { bundle: bundleOf(HUB), ...more })

/** The same fleet without the group. */
export const withoutRegistry = testDesired({}, { bundle: bundleOf(HUB) })

export const YEAR = 365 * 24 * 3_600_000
export const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
export const SERVER = { names: 'IP Address:10.0.0.1, DNS:d1', until: ASKED_AT + 9 * YEAR, signed: true }

/** Good certificates on d1, with these differences. */
export const certificate = (more: Partial<RegistryCertificate> = {}) =>
  is(registryCertificate, {
    authority: { pem: PEM, until: ASKED_AT + 9 * YEAR },
    server: SERVER,
    ...more,
  })

export const DAEMON = '/etc/docker/daemon.json'
export const OWN_DAEMON = '/var/lib/convecthub/docker-daemon.json'

/** The daemon.json that convecthub wrote for a registry at this address. */
export const daemon = (ip: string) =>
  [DAEMON, OWN_DAEMON].map((path) =>
    present(path, { digest: digest(`{ "registry-mirrors": ["https://${ip}:5000"] }\n`) }),
  )
