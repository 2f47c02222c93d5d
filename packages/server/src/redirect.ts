/** Where a redirect leads, and whether that may become a webhook's URL. Pure. */
import type { CureCode } from './cure-table.ts'

interface Redirect {
  code: CureCode & `redirect${string}`
  /** What may take the place of the webhook's URL; null: nothing that should. */
  url: string | null
}

const URL_LENGTH_MAX = 2_048

/**
 * `from` is the webhook's URL; null: it is gone, or there is none. `wasChanged`: its URL may be
 * another one than was asked.
 */
export function readRedirect(
  { status, location }: { status: number; location: string | undefined },
  { url: from, wasChanged }: { url: string | null; wasChanged: boolean },
): Redirect {
  const to = targetOf(location, from)
  if (to === null) return without('redirect_nowhere')
  if (isScriptResult(to)) return without('redirect_script')
  const base = hasHost(from) ? new URL(from) : null
  if (base !== null && isSame(to, base)) {
    return without(wasChanged ? 'redirect_used' : 'redirect_self')
  }
  if (isLogin(to, base)) return without('redirect_login')
  if (isOfOneRequest(to, base)) return without('redirect_query')
  const code = kindOf(status, to, base)
  if (base === null || !isOfferable(to, base)) return without(code)
  // Of a URL that was changed since, only what stays with its host is worth proposing.
  if (wasChanged && !isSameSite(to, base)) return without(code)
  return { code, url: to.href }
}

function without(code: Redirect['code']): Redirect {
  return { code, url: null }
}

/** Null: it leads to nothing that can be asked. */
function targetOf(location: string | undefined, from: string | null): URL | null {
  const text = location?.trim() ?? ''
  // Sent twice, it is joined by a comma: nobody knows which one is meant.
  if (text === '' || /,\s*https?:/i.test(text)) return null
  const base = hasHost(from) ? from : SOMEWHERE
  const to = URL.canParse(text, base) ? new URL(text, base) : null
  if (to === null || (to.protocol !== 'http:' && to.protocol !== 'https:')) return null
  to.hash = ''
  return to
}

/** A path alone says that it leads somewhere; to where says only the webhook's URL. */
const SOMEWHERE = 'https://somewhere.invalid/'

function hasHost(text: string | null): text is string {
  return text !== null && /^https?:/i.test(text) && URL.canParse(text)
}

function isSame(to: URL, base: URL): boolean {
  return to.host === base.host && to.protocol === base.protocol && pathOf(to) === pathOf(base)
}

function pathOf(url: URL): string {
  return `${url.pathname}${url.search}`
}

function kindOf(status: number, to: URL, base: URL | null): Redirect['code'] {
  if (base?.protocol === 'https:' && to.protocol === 'http:') return 'redirect_insecure'
  if (base !== null && !isSameSite(to, base)) return 'redirect_elsewhere'
  if (status === 303) return 'redirect_see_other'
  const isSecured = base?.protocol === 'http:' && to.protocol === 'https:'
  if (isSecured && to.hostname === base.hostname && pathOf(to) === pathOf(base)) {
    return 'redirect_https'
  }
  return 'redirect'
}

/** `www.` apart, and a subdomain of either. */
function isSameSite(to: URL, base: URL): boolean {
  const [a, b] = [siteOf(to), siteOf(base)]
  return a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`)
}

function siteOf({ hostname }: URL): string {
  return hostname.replace(/^www\./, '').replace(/\.$/, '')
}

/** Credentials are secrets: they are neither taken from an answer nor sent to where it leads. */
function isOfferable(to: URL, base: URL): boolean {
  const hasCredentials = [to, base].some(({ username, password }) => username + password !== '')
  return !hasCredentials && to.href.length <= URL_LENGTH_MAX
}

const LOGIN_PATH =
  /(?:^|[/_.-])(?:log-?in|sign-?in|sign_in|log_in|sso|oauth2?|saml2?|authorize|authenticate|auth|session\/new|sessions\/new|wp-login\.php|cdn-cgi\/access)(?:$|[/_.?-])/i
const LOGIN_HOST =
  /^(?:log-?in|sign-?in|sso|auth|accounts?|id|idp|identity)\.|(?:^|\.)(?:okta\.com|auth0\.com|onelogin\.com|cloudflareaccess\.com|microsoftonline\.com)$/i

/** What the webhook's own URL has in it can't be what gives a login away. */
function isLogin(to: URL, base: URL | null): boolean {
  const isLoginPath = LOGIN_PATH.test(to.pathname) && !LOGIN_PATH.test(base?.pathname ?? '')
  return isLoginPath || (LOGIN_HOST.test(to.hostname) && to.hostname !== base?.hostname)
}

function isScriptResult({ hostname }: URL): boolean {
  return hostname === 'script.googleusercontent.com'
}

const NAMES_OF_ONE_REQUEST =
  /(?:token|session|sid|sess|code|state|nonce|ticket|key|sig|signature|hash|auth|email|mail|phone|name|user|customer|lead|conversation|next|return|returnto|redirect|continue|callback|id|ref|error|msg|message)$/i

/**
 * A session, a token, or what a visitor entered: it must not be kept in a webhook's URL, which outlives
 * the visitor's erasure.
 */
function isOfOneRequest(to: URL, base: URL | null): boolean {
  if (/@|%40/i.test(to.pathname) && to.pathname !== base?.pathname) return true
  if (to.search === '' || to.search === base?.search) return false
  const before = new Set([...(base?.searchParams ?? [])].map(([name, value]) => `${name}=${value}`))
  return [...to.searchParams]
    .filter(([name, value]) => !before.has(`${name}=${value}`))
    .some(([name, value]) => isOfOne(name, value))
}

function isOfOne(name: string, value: string): boolean {
  return value.length > 16 || /[@\s]|\d{5}/.test(value) || NAMES_OF_ONE_REQUEST.test(name)
}
