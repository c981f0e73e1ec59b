import { DOCKER_CERTS } from '../layout.ts'
import { sh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** The files with the authorities that Docker trusts registries by (`…/HOST:PORT/ca.crt`): path → sha256 in hex. */
export const dockerAuthorities = singleFact<ReadonlyMap<string, string>>(
  'docker-authorities',
  sh`sha256sum -- ${DOCKER_CERTS}/*/ca.crt`,
  (output) =>
    new Map(
      [...output.matchAll(/^([0-9a-f]{64}) [ *](\/\S+)$/gm)].map(([, sha256 = '', path = '']) => [
        path,
        sha256,
      ]),
    ),
)
