/** The sites on which a widget may be used, as they are typed: one in a line. */
import { tidyContact } from '../../format/typed-text.ts'
import { texts } from '../../texts/texts.ts'

const ORIGINS_MAX = 50
const ORIGIN_LENGTH_MAX = 300

interface ReadOrigins {
  origins: string[]
  /** The sentence about the first line that is no site. */
  fault: string | null
}

export function readOrigins(text: string): ReadOrigins {
  const { originFaults, originsMax } = texts.chatbots.editor
  const origins: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const given = tidyContact(line)
    if (given === '') continue
    const read = originOf(given)
    if ('fault' in read) return { origins, fault: originFaults[read.fault](index + 1, given) }
    if (!origins.includes(read.origin)) origins.push(read.origin)
  }
  return { origins, fault: origins.length > ORIGINS_MAX ? originsMax(ORIGINS_MAX) : null }
}

/** Each line as the site that will be saved, once: what can't be one stays as it was typed. */
export function tidyOrigins(text: string): string {
  const seen = new Set<string>()
  const tidied = text.split('\n').flatMap((line) => {
    const given = tidyContact(line)
    const read = originOf(given)
    if ('fault' in read) return [given]
    if (seen.has(read.origin)) return []
    seen.add(read.origin)
    return [read.origin]
  })
  return tidied.join('\n')
}

/**
 * `www.shop.example` and `shop.example` are two sites to a browser, and people who name one mostly mean
 * both. Of those that stand alone, the other; of other names there is none.
 */
export function missingTwins(origins: readonly string[]): string[] {
  return origins.flatMap((origin) => {
    const { protocol, hostname, host } = new URL(origin)
    const isName = hostname.includes('.') && !/^[\d.]+$/.test(hostname) && !hostname.startsWith('[')
    if (!isName) return []
    const bare = hostname.startsWith('www.')
    // What has a name of its own below the site's is no twin: app.shop.example has no www.
    if (!bare && hostname.split('.').length > 2) return []
    const twin = `${protocol}//${bare ? host.slice(4) : `www.${host}`}`
    return origins.includes(twin) ? [] : [twin]
  })
}

type Fault = keyof typeof texts.chatbots.editor.originFaults

/** What somebody who copies an address, or types one as one says it, has meant. */
function originOf(given: string): { origin: string } | { fault: Fault } {
  const scheme = /^([a-z][a-z0-9+.-]*):(?!\d+(?:[/?#]|$))/i.exec(given)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') return { fault: 'scheme' }
  const address = scheme === undefined ? withScheme(given) : given
  const [host = ''] = address.replace(/^https?:\/*/i, '').split(/[/?#]/, 1)
  if (host.includes('*')) return { fault: 'star' }
  // Of two on a line the second would be dropped without a word.
  const isSeveral = /\s/.test(given) || /[,;]/.test(host) || /:\/\/[^?#]*:\/\//.test(address)
  if (isSeveral) return { fault: 'several' }
  if (host.includes('@')) return { fault: 'user' }
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || url.origin.length > ORIGIN_LENGTH_MAX) return { fault: 'none' }
  // A single word is a slip, unless it is said to be a machine's name.
  if (scheme === undefined && !isWholeHost(url.hostname)) return { fault: 'none' }
  return { origin: url.origin }
}

/** As a browser does it: https, but for this machine, where nobody has a certificate. */
function withScheme(given: string): string {
  const rest = given.replace(/^\/+/, '')
  const host = /^(\[[^\]]*\]|[^/:?#]*)/.exec(rest)?.[0].toLowerCase() ?? ''
  const isHere =
    host === 'localhost' || host.endsWith('.localhost') || /^(127\.|\[::1\])/.test(host)
  return `${isHere ? 'http' : 'https'}://${rest}`
}

function isWholeHost(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname.startsWith('[') || /^[^.]+(\.[^.]+)+\.?$/.test(hostname)
  )
}
