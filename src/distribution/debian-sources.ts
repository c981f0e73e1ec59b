import { digest } from '../digest.ts'
import type { Change } from '../engine/change.ts'
import type { Finding, PlanContext } from '../engine/step.ts'
import { aptKey } from '../facts/apt-key.ts'
import { type AptSource, aptSources } from '../facts/apt-sources.ts'
import type { Fact, Facts } from '../facts/fact.ts'
import { file } from '../facts/file.ts'
import { APT_KEYS, APT_LISTS, INCOMING_KEYS } from '../layout.ts'
import { joinSh, rawSh, sh } from '../sh.ts'
import { template } from '../templates.ts'
import type { PackageSource, PackageSources } from './package-sources.ts'

/** Package sources for apt: each is a list file, and a key file that it names. */
export const debianSources: PackageSources = {
  places: [
    { folder: APT_LISTS, name: /^convecthub-[a-z]+\.list$/ },
    { folder: APT_KEYS, name: /^convecthub-[a-z]+\.(asc|gpg)$/ },
  ],
  listed: aptSources,
  facts: sourceFacts,
  findings: sourceFindings,
  isThere: (source, facts) => hasList(source, facts) || rivals(source, facts).length > 0,
  standIn: (source, facts) => rivals(source, facts).find(({ serves }) => serves),
  add: addSource,
  wantedPaths,
  unneeded,
  remove: removeSources,
  keptKey: (path) => ({
    id: 'apt-key',
    message: `${path} is kept, for a package source that convecthub did not write names it`,
    hint: `grep -rl ${path} /etc/apt shows which; take both away if nobody needs them`,
  }),
}

/** The paths of the list and the key that convecthub writes for a source. */
export function sourcePaths(name: string): { list: string; key: string } {
  return {
    list: `${APT_LISTS}/convecthub-${name}.list`,
    key: `${APT_KEYS}/convecthub-${name}.gpg`,
  }
}

function sourceFacts(name: string): readonly Fact<unknown>[] {
  const { list, key } = sourcePaths(name)
  return [aptSources, file(list), aptKey(key)]
}

/**
 * Entries that the host already has for the same address and suite. If their key differs from ours, apt reads neither
 * ("Conflicting values set for option Signed-By"). An entry that `serves` can be used instead of ours.
 */
function rivals(source: PackageSource, facts: Facts): (AptSource & { serves: boolean })[] {
  const { list, key } = sourcePaths(source.name)
  return facts
    .get(aptSources)
    .filter(({ file, uri, suite }) => file !== list && uri === source.uri && suite === source.suite)
    .map((entry) => ({ ...entry, serves: serves(entry, source) }))
    .filter((entry) => entry.serves || entry.signedBy !== key)
}

function serves({ type, components, architectures }: AptSource, source: PackageSource): boolean {
  const fits = architectures.length === 0 || architectures.includes(source.architecture)
  return type === 'deb' && components.includes(source.component) && fits
}

/** Entries on the host that conflict with the source. */
function sourceFindings(source: PackageSource, { host, facts }: PlanContext): Finding[] {
  const found = rivals(source, facts)
  if (found.some((entry) => entry.serves)) return []
  return found.map(({ file, line, signedBy }) => ({
    level: 'error',
    id: 'apt-source',
    host: host.name,
    message: `${file}:${line} has ${source.uri} ${source.suite} ${signedBy?.startsWith('/') ? `with the key ${signedBy}` : 'with another key'}: apt would read neither that line nor the one that convecthub adds`,
    hint: `name the component ${source.component} for ${source.architecture} there, which is then used as it is; or take it out`,
  }))
}

/** Whether the list on the host is exactly what convecthub writes for this source. */
function hasList(source: PackageSource, facts: Facts): boolean {
  return facts.get(file(sourcePaths(source.name).list))?.digest === digest(listOf(source))
}

/** The files that apt needs for this source. Empty when the host has a list with another content, or its own entry. */
function wantedPaths(source: PackageSource, facts: Facts): string[] {
  const { list, key } = sourcePaths(source.name)
  const other = facts.get(file(list)) !== undefined && !hasList(source, facts)
  return other || rivals(source, facts).length > 0 ? [] : [list, key]
}

/** The `paths` that can be removed. A key stays while another list names it, as after `apt modernize-sources`. */
function unneeded(paths: readonly string[], facts: Facts): string[] {
  const staying = facts.get(aptSources).filter(({ file }) => !paths.includes(file))
  const named = new Set(staying.flatMap(({ signedBy }) => signedBy?.split(/[\s,]+/) ?? []))
  return paths.filter((path) => !named.has(path))
}

/** The changes that add a source to apt: fetch its key, check that apt can read it, write its list. */
function addSource(source: PackageSource, facts: Facts): Change[] {
  const paths = sourcePaths(source.name)
  const content = listOf(source)
  return [
    ...(facts.get(aptKey(paths.key)).join() === source.key.fingerprint ? [] : [fetchKey(source)]),
    {
      kind: 'run',
      sign: '!',
      title: `read the package lists of ${source.uri}`,
      timeoutMs: 30 * 60_000,
      durable: true,
      script: joinSh([
        rawSh(template('remote/apt.sh')),
        sh`set -- ${paths.list} ${paths.key} ${content}`,
        rawSh(template('remote/apt-source.sh')),
      ]),
    },
    ...(hasList(source, facts)
      ? []
      : [
          {
            kind: 'file',
            sign: facts.get(file(paths.list)) ? '~' : '+',
            title: paths.list,
            path: paths.list,
            content,
            mode: '644',
          } as const,
        ]),
  ]
}

/** The change that removes convecthub's files from apt; empty when there are none. */
function removeSources(paths: readonly string[]): Change[] {
  if (paths.length === 0) return []
  const script = joinSh([
    rawSh(template('remote/of-k3s.sh') + template('remote/remove-paths.sh')),
    sh`set -- ${paths}
remove_paths "$@"
for path; do [ -e "$path" ] || cvh_forget file "$path"; done`,
  ])
  return [{ kind: 'run', sign: '-', title: `remove ${paths.join(', ')}`, timeoutMs: 60_000, script }]
}

function listOf({ name, uri, suite, component, architecture }: PackageSource): string {
  return `deb [arch=${architecture} signed-by=${sourcePaths(name).key}] ${uri} ${suite} ${component}\n`
}

/** Fetches the key, and rejects it unless its fingerprint matches: on its way somebody could have replaced it. */
function fetchKey({ name, key: { url, fingerprint } }: PackageSource): Change {
  const { key } = sourcePaths(name)
  const [incoming, binary] = [`${INCOMING_KEYS}/${name}.asc`, `${INCOMING_KEYS}/${name}.gpg`]
  return {
    kind: 'run',
    sign: '+',
    title: `${key} from ${url}, if it is the key ${fingerprint}`,
    timeoutMs: 60_000,
    script: sh`${rawSh(template('remote/openpgp.sh'))}
trap ${`rm -rf ${INCOMING_KEYS}`} EXIT
cvh_folder ${INCOMING_KEYS}
( ulimit -f 4096 && exec curl -fsS --max-time 50 -o ${incoming} ${url} )
openpgp_binary ${incoming} >${binary}
keys=$(openpgp_keys ${binary} | tr '\n' ' ')
[ "$keys" = ${`${fingerprint} `} ] || { printf '%s %s\n' ${`the key at ${url} is another one:`} "\${keys:-no key at all}"; exit 65; }
cvh_record file ${key}
cvh_place ${key} 644 <${binary}`,
  }
}
