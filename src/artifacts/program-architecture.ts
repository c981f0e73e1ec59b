import { closeSync, openSync, readSync } from 'node:fs'

/** Processors as the header of a program has them (e_machine in elf.h), by Debian's names. */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'i386',
  22: 's390x',
  40: 'armhf',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
}

/** The processor that a program is for; undefined for a script, or for one that no K3s is for. */
export function programArchitecture(path: string): string | undefined {
  const header = Buffer.alloc(20)
  const file = openSync(path, 'r')
  try {
    readSync(file, header, 0, header.length, 0)
  } finally {
    closeSync(file)
  }
  if (header.readUInt32BE(0) !== 0x7f454c46) return undefined
  // byte 5 tells whether the program is big-endian
  return MACHINES[header[5] === 2 ? header.readUInt16BE(18) : header.readUInt16LE(18)]
}
