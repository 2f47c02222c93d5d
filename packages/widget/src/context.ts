/** Where the visitor is, and where they came from. */

const ADDRESS_LENGTH_MAX = 2_000
const TITLE_LENGTH_MAX = 300
const UTM = ['source', 'medium', 'campaign', 'term', 'content'] as const
/** Of the page that was opened: a page may change its own address before the chat is. */
const landing = utmOf(location.search)

export interface PageContext {
  page: string
  title: string
  referrer: string
  utm: Record<string, string>
  language: string
  timeZone: string
}

/** Queries leave the browser only where the owner asks for them. */
export function contextOfPage(keepsQuery: boolean): PageContext {
  const now = utmOf(location.search)
  return {
    page: address(location.href, keepsQuery),
    title: document.title.slice(0, TITLE_LENGTH_MAX),
    referrer: address(document.referrer, keepsQuery),
    utm: Object.keys(now).length > 0 ? now : landing,
    language: navigator.language,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? '',
  }
}

function address(text: string, keepsQuery: boolean): string {
  if (!/^https?:/.test(text)) return ''
  const { origin, pathname, search } = new URL(text)
  return (origin + pathname + (keepsQuery ? search : '')).slice(0, ADDRESS_LENGTH_MAX)
}

function utmOf(search: string): Record<string, string> {
  const given = new URLSearchParams(search)
  const found = UTM.map((name) => [name, given.get(`utm_${name}`)?.slice(0, 200) ?? ''])
  return Object.fromEntries(found.filter(([, value]) => value !== ''))
}
