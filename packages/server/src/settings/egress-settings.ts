/**
 * What an operator says about the way out, beyond EGRESS_ALLOW: which ports are shut, and which
 * proxy stands between. Only the shape is checked here; `send/` knows what it means.
 */
import { unseenIn } from '../text/typed-text.ts'

/** Over the built-in list, or over nothing: what is shut besides, and what is opened of it. */
export interface PortRules {
  fromDefault: boolean
  deny: number[]
  open: number[]
}

export interface EgressProxy {
  secure: boolean
  /** An IPv6 address without its brackets. */
  hostname: string
  port: number
  /** The whole value of `Proxy-Authorization`; null without credentials. */
  authorization: string | null
}

/**
 * `default`, `none`, ports and ranges of them, each opened again by a `!` in front: `default,!9200`,
 * `none,25,6660-6669`. A string says what is wrong.
 */
export function parsePortRules(text: string): PortRules | string {
  const [first = '', ...rest] = text.split(',').map((part) => part.trim())
  if (first !== 'default' && first !== 'none') {
    return `must begin with default or none, not "${first}": default,8443 or none,25,6379`
  }
  const rules: PortRules = { fromDefault: first === 'default', deny: [], open: [] }
  for (const part of rest) {
    const match = /^(!?)(\d{1,5})(?:-(\d{1,5}))?$/.exec(part)
    const from = Number(match?.[2])
    const to = Number(match?.[3] ?? from)
    if (!match || from < 1 || to > 65_535 || to < from) {
      return `has ports and ranges from 1 to 65535 like 25, 6660-6669 or !9200, not "${part}"`
    }
    const list = match[1] === '!' ? rules.open : rules.deny
    for (let port = from; port <= to; port++) list.push(port)
  }
  return rules
}

/** No sentence repeats the value: there may be a password in it. */
export function parseEgressProxy(text: string): EgressProxy | string {
  const unseen = unseenIn(text)
  if (unseen !== null) return `has a character in it that can't be seen (${unseen})`
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null) return 'must be a URL like http://user:password@proxy.internal:3128'
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return `must be an http or https URL, not ${url.protocol} (SOCKS is not spoken)`
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return 'must have nothing after its port: no path, no query'
  }
  const authorization = basicAuthorization(url)
  if (authorization === undefined) return 'has a user name or password that is not percent-encoded'
  const secure = url.protocol === 'https:'
  return {
    secure,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    authorization,
  }
}

/** Undefined: not readable. A colon can't be part of a user's name (RFC 7617, 2). */
function basicAuthorization({ username, password }: URL): string | null | undefined {
  if (username === '' && password === '') return null
  try {
    const user = decodeURIComponent(username)
    if (user.includes(':')) return undefined
    const credentials = `${user}:${decodeURIComponent(password)}`
    return `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`
  } catch {
    return undefined
  }
}
