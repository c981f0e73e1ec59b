/** Node's names of processors, and Debian's. */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64', arm: 'armhf' } as const

/** This computer's processor as `dpkg --print-architecture` names it; undefined for one that K3s does not run on. */
export function localArchitecture(): 'amd64' | 'arm64' | 'armhf' | undefined {
  return ARCHITECTURES[process.arch as keyof typeof ARCHITECTURES]
}
