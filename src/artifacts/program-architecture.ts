import { open } from 'node:fs/promises'

/** Processors as ELF numbers them (e_machine, elf(5)), and Debian's names for them. */
const MACHINES: Readonly<Record<number, 'amd64' | 'arm64' | 'armhf'>> = {
  62: 'amd64',
  183: 'arm64',
  40: 'armhf',
}

/** The architecture that a program was built for; undefined for a script. */
export async function programArchitecture(path: string): Promise<'amd64' | 'arm64' | 'armhf' | undefined> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(20), 0, 20, 0)
    const isElf = bytesRead === 20 && buffer.toString('latin1', 0, 4) === '\x7fELF'
    return isElf ? MACHINES[buffer.readUInt16LE(18)] : undefined
  } finally {
    await file.close()
  }
}
