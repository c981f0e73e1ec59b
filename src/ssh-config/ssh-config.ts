import type { Origin } from '../errors.ts'
import { matchesPatterns } from '../ssh-pattern.ts'
import { finishSshOptions } from './finish-ssh-options.ts'
import type { SshConfig, SshConfigBlock, SshConfigEntry } from './load-ssh-config.ts'
import { remoteName } from './remote-name.ts'
import { sshConfigError, sshConfigOptionError } from './ssh-config-error.ts'
import { matchesCriteria, type SshMatchQuestion } from './ssh-config-match.ts'
import type { SshConfigQuery } from './ssh-config-query.ts'
import { readSshKeyword } from './ssh-keywords.ts'
import { mergeSshOptions, type SshOptions } from './ssh-options.ts'

/** The options found so far, and where each of their texts was written. */
interface Found {
  options: SshOptions
  origins: Map<string, Origin>
}

/**
 * The options that ssh(1) would use for one host, as `ssh -G` prints them: the first value of an option wins, and
 * tokens, `~` and variables are expanded. Options that are not set are absent. Pure. Errors, with file and line:
 * SSH_CONFIG_OPTION for an option of this host that convecthub does not support, SSH_CONFIG for a value that ssh
 * refuses. Source: ssh_config(5).
 */
export function sshConfigOptions(config: SshConfig, query: SshConfigQuery): SshOptions {
  const { host, given = {} } = query
  const found: Found = { options: given, origins: new Map() }
  for (const blocks of config.files) applyBlocks(blocks, found, query, undefined)
  const hasHostName = found.options.hostName !== undefined
  const hostName = remoteName(host, found.options.hostName, found.origins)
  if (config.final) {
    found.options = { ...found.options, hostName }
    for (const blocks of config.files) applyBlocks(blocks, found, query, hostName)
  }
  return finishSshOptions(found.options, { query, hostName, hasHostName, origins: found.origins })
}

/** Applies the blocks that match. `final` is undefined in the first evaluation, and its host name in the second. */
function applyBlocks(
  blocks: readonly SshConfigBlock[],
  found: Found,
  query: SshConfigQuery,
  final: string | undefined,
): void {
  for (const { head, entries } of blocks) {
    // Host is case-sensitive, unlike `Match host`.
    if (head?.keyword === 'host' && !matchesPatterns(final ?? query.host, head.words)) continue
    if (head?.keyword === 'match' && !applyMatch(head, found, query, final)) continue
    for (const entry of entries) {
      if (entry.keyword !== 'include') applyKeyword(entry, found, query)
      else if (typeof entry.included === 'string')
        throw sshConfigOptionError(`Include ${entry.included}`, entry.origin, query.host)
      else for (const included of entry.included ?? []) applyBlocks(included, found, query, final)
    }
  }
}

function applyMatch(
  { words, origin }: SshConfigEntry,
  found: Found,
  query: SshConfigQuery,
  final: string | undefined,
): boolean {
  const result = matchesCriteria(words, questionOf(found, query, final))
  if (typeof result === 'boolean') return result
  if ('unsupported' in result) throw sshConfigOptionError(result.unsupported, origin, query.host)
  throw sshConfigError(result.refused, origin)
}

function applyKeyword(entry: SshConfigEntry, found: Found, query: SshConfigQuery): void {
  const { name, text, origin } = entry
  const read = readSshKeyword(name, entry, found.options)
  if (read === 'refused') throw sshConfigError(`ssh does not take ${name} ${text}`, origin)
  if (read === 'unknown') throw sshConfigOptionError(name, origin, query.host)
  if (read === 'unsupported') throw sshConfigOptionError(`${name} ${text}`, origin, query.host)
  for (const value of Object.values(read).flat())
    if (typeof value === 'string' && !found.origins.has(value)) found.origins.set(value, origin)
  found.options = mergeSshOptions(found.options, read)
}

function questionOf(
  { options, origins }: Found,
  { host, local }: SshConfigQuery,
  final: string | undefined,
): SshMatchQuestion {
  return {
    original: host,
    hostName: () => final ?? remoteName(host, options.hostName, origins),
    user: options.user ?? local.user,
    localUser: local.user,
    final: final !== undefined,
  }
}
