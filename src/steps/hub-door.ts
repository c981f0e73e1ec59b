import { isNode, LineCounter, parseDocument } from 'yaml'

/** Who can log in with a site's JupyterHub values. */
export interface HubDoor {
  /** The values choose an authenticator. If not, everybody logs in with one password that convecthub makes. */
  own: boolean
  /** A shared password, ours or the site's, is enough to log in: the values do not say which users are allowed. */
  passwordOnly: boolean
  /** The setting that lets in anybody who finds the page, if there is one. */
  open: OpenDoor | undefined
}

export interface OpenDoor {
  /** Where the values say so: line and column, counted from 1. */
  line: number
  column: number
  message: string
  hint: string
}

/** hub.config as JupyterHub sees it: settings by class name. */
type Config = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>

/** An authenticator that may let in anybody; `open` returns the name of the setting that causes it. */
interface Rule {
  /** The section of hub.config for its settings. */
  section: string
  open(setting: (name: string) => unknown): string | undefined
  message: string
  hint: string
}

const CLASS = 'authenticator_class'
const OURS = 'take it out, and convecthub makes one password for everybody'

/** By class name in lower case, without "Authenticator". Identity providers are not here: they may let in everybody. */
const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries<Rule>({
    dummy: {
      section: 'DummyAuthenticator',
      open: (setting) => (isSet(setting('password')) ? undefined : CLASS),
      message: 'dummy without a password lets anybody in, under any name',
      hint: `set hub.config.DummyAuthenticator.password, or ${OURS}`,
    },
    // creates a user for every visitor (jupyterhub-tmpauthenticator)
    tmp: {
      section: 'TmpAuthenticator',
      open: () => CLASS,
      message: 'tmp lets anybody in, without asking for anything',
      hint: OURS,
    },
    native: {
      section: 'NativeAuthenticator',
      open: (setting) => (setting('open_signup') === true ? 'open_signup' : undefined),
      message: 'open_signup lets anybody make an account, and log in with it at once',
      hint: 'take it out: an admin then lets in those who signed up, at /hub/authorize',
    },
    // whoever uses a name first chooses its password (jupyterhub-firstuseauthenticator)
    firstuse: {
      section: 'FirstUseAuthenticator',
      open: (setting) => {
        if (setting('create_users') === false) return undefined
        if (setting('allow_all') === true) return 'allow_all'
        return setting('allowed_users') === undefined ? CLASS : undefined
      },
      message: 'firstuse lets anybody in who chooses a name and a password',
      hint: 'name those who may come in hub.config.Authenticator.allowed_users, without allow_all',
    },
  }),
)

/**
 * Reads values for the JupyterHub chart as Helm does: YAML 1.1 with merge keys. As in the hub, `c.Class.name = value`
 * in hub.extraConfig overrides hub.config. Throws an Error when the text is not valid YAML or not a mapping.
 */
export function hubDoor(values: string): HubDoor {
  const lines = new LineCounter()
  const document = parseDocument(values, { version: '1.1', lineCounter: lines })
  const [error] = document.errors
  if (error) throw error
  const all: unknown = document.toJS() ?? {}
  if (typeof all !== 'object' || Array.isArray(all)) throw new Error('it is not a mapping')
  const hub = mapping(mapping(all).hub)
  const config = overlaid(hub.config, codeOf(hub.extraConfig))
  const settingsOf = (section: string) => (name: string) =>
    config[section]?.[name] ?? config.Authenticator?.[name] ?? undefined
  const dummy = settingsOf('DummyAuthenticator')
  // with a password but no class, the chart's default applies: dummy
  const given = config.JupyterHub?.[CLASS] ?? (isSet(dummy('password')) ? 'dummy' : undefined)
  const name = shortName(given ?? '')
  const rule = RULES.get(name)
  const culprit = rule?.open(settingsOf(rule.section))
  const placeOf = (section: string, name: string) => {
    const sections = [section, 'Authenticator', 'JupyterHub'].map((each) => ['hub', 'config', each, name])
    const written = [...sections, ['hub', 'extraConfig'], ['hub']].map((way) => document.getIn(way, true))
    const { line, col: column } = lines.linePos(written.find(isNode)?.range?.[0] ?? 0)
    return { line, column }
  }
  return {
    own: given !== undefined,
    passwordOnly:
      (given === undefined || (name === 'dummy' && isSet(dummy('password')))) &&
      ['allow_all', 'allowed_users'].every((setting) => dummy(setting) === undefined),
    open:
      rule && culprit !== undefined
        ? { ...placeOf(rule.section, culprit), message: rule.message, hint: rule.hint }
        : undefined,
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== ''
}

/** The short name of an authenticator class: `jupyterhub.auth.DummyAuthenticator` and `dummy` both give `dummy`. */
function shortName(given: unknown): string {
  const last = String(given).split('.').at(-1) ?? ''
  return last.toLowerCase().replace(/authenticator$/, '')
}

/** The settings that extraConfig's Python code assigns, in the order in which JupyterHub runs it: sorted by name. */
function codeOf(extraConfig: unknown): [section: string, name: string, value: unknown][] {
  const parts =
    typeof extraConfig === 'string'
      ? [extraConfig]
      : Object.entries(mapping(extraConfig))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([, code]) => String(code))
  return parts
    .flatMap((code) => code.split('\n'))
    .flatMap((line): [string, string, unknown][] => {
      const [, section, name, value = ''] = /^\s*c\.(\w+)\.(\w+)\s*=(?!=)(.*)$/.exec(line) ?? []
      return section && name ? [[section, name, pythonValue(withoutComment(value).trim())]] : []
    })
}

/** Removes a trailing comment; a # inside quotes does not start one. */
function withoutComment(code: string): string {
  return /^(?:"[^"]*"|'[^']*'|[^"'#])*/.exec(code)?.[0] ?? ''
}

/** Parses True, False and plain strings; any other expression is returned as its text, as its value is unknown. */
function pythonValue(text: string): unknown {
  const [flag] = /^(?:True|False)\b/.exec(text) ?? []
  if (flag) return flag === 'True'
  const [, , plain] = /^(["'])([^"']*)\1/.exec(text) ?? []
  return plain ?? text
}

function overlaid(config: unknown, code: readonly [string, string, unknown][]): Config {
  const sections = Object.entries(mapping(config)).map(([name, settings]) => [name, { ...mapping(settings) }])
  const all: Record<string, Record<string, unknown>> = Object.fromEntries(sections)
  for (const [section, name, value] of code) all[section] = { ...all[section], [name]: value }
  return all
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
