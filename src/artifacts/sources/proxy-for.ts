import { BlockList, isIP } from 'node:net'
import { ConvecthubError } from '../../errors.ts'
import { Secret } from '../../secret.ts'

/** A proxy that the environment names. */
export interface HttpProxy {
  /** Without user and password. */
  url: URL
  /** The variable that names it. */
  variable: string
  /** The value of Proxy-Authorization, where the variable has a user. */
  authorization: Secret | undefined
}

type Env = Readonly<Record<string, string | undefined>>

/** The variables in the order in which curl reads them. A CGI sets HTTP_PROXY from a header, so nobody reads it. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  'http:': ['http_proxy', 'all_proxy', 'ALL_PROXY'],
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
}

/**
 * The proxy for an address; undefined where it is asked directly. Reads the variables as curl does; without a port a
 * proxy is at that of its scheme. Error: USAGE for a value that is not the address of an HTTP proxy.
 */
export function proxyFor(url: URL, env: Env): HttpProxy | undefined {
  const variable = VARIABLES[url.protocol]?.find((name) => env[name])
  const value = variable && env[variable]
  if (!variable || !value || isExcluded(url, env.no_proxy || env.NO_PROXY || '')) return undefined
  const text = value.includes('://') ? value : `http://${value}`
  const proxy = URL.canParse(text) ? new URL(text) : undefined
  if (!proxy?.hostname || !/^https?:$/.test(proxy.protocol))
    // the value may hold a password
    throw new ConvecthubError('USAGE', `the variable ${variable} is not the address of an HTTP proxy`, {
      hint: `write it as ${variable}=http://proxy.example:3128, or unset it; SOCKS is not supported`,
    })
  return { url: new URL(proxy.origin), variable, authorization: basic(proxy) }
}

/** The value of an Authorization header for the user and password in an address. */
export function basic({ username, password }: URL): Secret | undefined {
  if (!username && !password) return undefined
  const login = `${decoded(username)}:${decoded(password)}`
  return new Secret(`Basic ${Buffer.from(login).toString('base64')}`)
}

/** A password may hold a % that begins no escape. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Whether no_proxy names the address: a host with all below it, an IP address, a network such as 10.0.0.0/8, or `*`. */
function isExcluded({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true
    const [, name = '', only] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(isIP(entry) ? `[${entry}]` : entry) ?? []
    if (only !== undefined && only !== (port || (protocol === 'https:' ? '443' : '80'))) return false
    if (name.includes('/')) return isWithin(host, name)
    const wanted = name
      .toLowerCase()
      .replace(/^\*?\./, '')
      .replace(/\.$/, '')
    return wanted !== '' && (host === wanted || (!isIP(host) && host.endsWith(`.${wanted}`)))
  })
}

function isWithin(host: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/')
  const family = isIP(base)
  if (
    family === 0 ||
    isIP(host) !== family ||
    !/^\d{1,3}$/.test(bits) ||
    Number(bits) > (family === 4 ? 32 : 128)
  )
    return false
  const networks = new BlockList()
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  networks.addSubnet(base, Number(bits), kind)
  return networks.check(host, kind)
}
