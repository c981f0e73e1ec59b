import { dirname } from 'node:path/posix'
import type { ClusterHost } from '../cluster/cluster.ts'
import type { Change } from '../engine/change.ts'
import type { Step } from '../engine/step.ts'
import { addresses } from '../facts/addresses.ts'
import { nodeAddress } from '../facts/node-address.ts'
import { registryCertificate } from '../facts/registry-certificate.ts'
import { REGISTRY_AUTHORITY, REGISTRY_CERTIFICATE } from '../layout.ts'
import { joinSh, rawSh, type Script, sh } from '../sh.ts'
import { template } from '../templates.ts'
import { registryHosts } from './registry-host.ts'

/** How long certificates are valid, days. Only a later provision can renew them. */
const DAYS = 3650

/** They are renewed when they end sooner, ms. */
const RENEW_MS = 365 * 24 * 3_600_000

/** The account that the registry runs as; see templates/registry/registry.service. */
const ACCOUNT = 'daemon'

/**
 * Makes the image registry's certificate, signed by an authority of its own whose key never leaves the machine. The
 * certificate names the machine and its address, and is made anew when these change.
 */
export const makeCertificate: Step = {
  id: 'registry-certificate',
  title: 'Make the certificate of the image registry',
  hosts: registryHosts,
  facts: () => [addresses, registryCertificate],
  plan: ({ facts, host }) => {
    const { authority, server } = facts.get(registryCertificate)
    const ip = nodeAddress(host, facts.get(addresses))?.ip ?? ''
    const lasts = (end: { until: number } | undefined) => end !== undefined && end.until > facts.at + RENEW_MS
    const kept = lasts(authority)
    const names = server?.names.split(', ') ?? []
    const fits = names.includes(`IP Address:${ip}`) && names.includes(`DNS:${host.nodeName}`)
    return [
      ...(kept ? [] : [newAuthority(host)]),
      ...(kept && lasts(server) && server?.signed && fits ? [] : [newCertificate(host, ip)]),
    ]
  },
}

/** A folder for what is made on the way, such as keys; a run that was killed may have left it. */
const SCRATCH = `${dirname(REGISTRY_AUTHORITY)}/scratch`

/** The change that writes what `print` prints, a certificate with its key, to a file with this mode and group. */
function make(
  title: string,
  path: string,
  print: Script,
  { mode, group }: { mode: string; group: string },
): Change {
  return {
    kind: 'run',
    sign: '+',
    title: `${title} (${path})`,
    timeoutMs: 60_000,
    script: joinSh([
      rawSh(template('remote/registry-certificate.sh')),
      sh`cvh_folder ${dirname(path)}
rm -rf -- ${SCRATCH}
mkdir -m 700 ${SCRATCH}
cd ${SCRATCH} || exit
${print} >new
cvh_record file ${path}
cvh_place ${path} 600 <new
chgrp ${group} ${path}
chmod ${mode} ${path}
rm -rf -- ${SCRATCH}`,
    ]),
  }
}

function newAuthority({ nodeName }: ClusterHost): Change {
  return make(
    'an authority for the certificate of the image registry',
    REGISTRY_AUTHORITY,
    sh`registry_authority ${`ConvectHub image registry on ${nodeName}`} ${DAYS}`,
    { mode: '600', group: '0' },
  )
}

function newCertificate({ nodeName }: ClusterHost, ip: string): Change {
  return make(
    `a certificate of the image registry for ${nodeName} and ${ip}`,
    REGISTRY_CERTIFICATE,
    sh`registry_certificate ${REGISTRY_AUTHORITY} ${nodeName} ${ip} ${DAYS}`,
    { mode: '640', group: ACCOUNT },
  )
}
