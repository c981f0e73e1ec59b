import type { Target } from '../../../src/transport/target.ts'

/** A direct login to this machine as root, without the user's own keys and files. `over` changes it. */
export function testTarget(over: Partial<Target>): Target {
  return {
    host: 'h1',
    alias: 'h1',
    address: '127.0.0.1',
    port: 22,
    user: 'root',
    keyFiles: [],
    identitiesOnly: false,
    agent: undefined,
    algorithms: {},
    methods: undefined,
    password: undefined,
    becomePassword: undefined,
    becomeUser: 'root',
    connection: 'ssh',
    jumps: [],
    proxyCommand: undefined,
    knownHostsFiles: [],
    hostKeyAlias: undefined,
    hostKeyChecking: 'yes',
    connectTimeoutMs: 10_000,
    keepaliveMs: 10_000,
    keepaliveCount: 3,
    ...over,
  }
}
