import { ConvecthubError } from '../errors.ts'
import { sshConfigLine } from './ssh-config-line.ts'
import { readSshKeyword, type SshKeywordResult } from './ssh-keywords.ts'
import { mergeSshOptions, type SshOptions } from './ssh-options.ts'

/** ssh's flags that take a value, and the keyword that each one sets. */
const VALUE_FLAGS: Readonly<Record<string, string>> = {
  i: 'IdentityFile',
  p: 'Port',
  l: 'User',
  J: 'ProxyJump',
}

/** Flags to ignore: logging, compression, forwarding and terminals. Not -4 and -6, since they choose the address. */
const HARMLESS_FLAGS = /[CqvAaxXYTt]/

/**
 * Parses the words of `ansible_ssh_common_args` and `ansible_ssh_extra_args`. As in ssh, the first value of an option
 * wins. Error: SSH_OPTION, with its name, for an option that convecthub does not support, because ignoring it would
 * connect differently than ssh does. Source: ssh(1).
 */
export function sshOptions(host: string, words: readonly string[]): SshOptions {
  let options: SshOptions = {}
  const queue = [...words]
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    let rest = /^-(?!-)(.+)/s.exec(word)?.[1]
    if (rest === undefined) throw unsupported(host, word)
    while (rest !== '') {
      const letter = rest.charAt(0)
      rest = rest.slice(1)
      if (HARMLESS_FLAGS.test(letter)) continue
      if (!'oF'.includes(letter) && !VALUE_FLAGS[letter]) throw unsupported(host, word)
      const value = rest || queue.shift()
      if (value === undefined) throw unsupported(host, word)
      const read = letter === 'F' ? { configFile: value } : readFlag(letter, value, options)
      if (typeof read === 'string') throw unsupported(host, `-${letter} ${value}`)
      options = mergeSshOptions(options, read)
      rest = ''
    }
  }
  return options
}

function readFlag(letter: string, value: string, before: SshOptions): SshKeywordResult {
  const keyword = VALUE_FLAGS[letter]
  // The value of a flag has no quotes to remove, as the shell has already removed them.
  if (keyword) return readSshKeyword(keyword, { words: [value], text: value }, before)
  const line = sshConfigLine(value)
  return typeof line === 'object' ? readSshKeyword(line.name, line, before) : 'refused'
}

function unsupported(host: string, word: string): ConvecthubError {
  return new ConvecthubError('SSH_OPTION', `the ssh option ${word} is not supported`, {
    host,
    hint: 'take it out of ansible_ssh_common_args and ansible_ssh_extra_args',
  })
}
