import { getSystemErrorMap } from 'node:util'
import { quote } from './sh.ts'

/** Words for the errors whose usual text says too little about a file. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder, not a file',
  EPERM: 'not permitted',
}

/** What the calls of the operating system do, in the words of users. */
const ACTS: Readonly<Record<string, string>> = {
  copyfile: 'copy',
  lstat: 'look at',
  mkdir: 'create',
  mkdtemp: 'create',
  open: 'open',
  read: 'read',
  rename: 'rename',
  rm: 'remove',
  rmdir: 'remove',
  scandir: 'read',
  spawn: 'start',
  stat: 'look at',
  symlink: 'create',
  unlink: 'remove',
  uv_cwd: 'find',
  write: 'write',
}

/** What to do about the errors that a computer may have without any fault of a program. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'look who may use it: ls -ld FILE, also for the folders above it',
  EDQUOT: 'free some room within your quota, then run the same command again',
  EFBIG: 'this disk takes no larger file, FAT32 none of 4 GB; bundle pack can split: --split 4G',
  EIO: 'the disk or the share has a fault, dmesg may tell more; work in another folder',
  EISDIR: 'name a file',
  EMFILE: 'allow more open files: ulimit -n 4096; or contact fewer hosts at once with -f 20',
  ENFILE: 'end other programs: all of them together have too many files open',
  ENOENT: 'was it removed meanwhile? Put it back, or work in another folder',
  ENOSPC: 'free some room (df -h shows where), then run the same command again',
  ENOTDIR: 'a file is where a folder should be: move it away',
  EPERM: 'look who may use it: ls -ld FILE, also for the folders above it',
  EROFS: 'that place is read-only: work in another folder',
}

/**
 * What a computer refused to do, and what to do about it: "cannot write: no space left on device". Undefined for errors
 * that are not of the operating system, or that only a faulty program gets.
 */
export function systemProblem(error: unknown): { message: string; hint: string } | undefined {
  const { code, syscall, path }: { code?: unknown; syscall?: unknown; path?: unknown } = Object(error)
  const hint = ADVICE[String(code)]
  if (typeof syscall !== 'string' || hint === undefined) return undefined
  const file = typeof path === 'string' ? path : syscall === 'uv_cwd' ? 'the current folder' : undefined
  // the call is "spawn NAME" for programs
  const act = ACTS[syscall.split(' ')[0] ?? ''] ?? 'use'
  return {
    message: `cannot ${[act, file].filter(Boolean).join(' ')}: ${systemReason(error)}`,
    hint: hint.replace('FILE', () => (file === undefined ? 'FILE' : quote(file))),
  }
}

/**
 * Why a call of the operating system failed, in its own words ("permission denied") and without those of node ("EACCES:
 * permission denied, open '…'"). For other errors, the first line of their message.
 */
export function systemReason(error: unknown): string {
  const { code, message = '' }: { code?: unknown; message?: string } = Object(error)
  const usual = [...getSystemErrorMap().values()].find(([name]) => name === code)?.[1]
  return WORDS[String(code)] ?? usual ?? message.split('\n')[0] ?? ''
}
