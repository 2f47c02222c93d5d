/** Where a URL leads: what of it a request and its connection need. */
import type { Target } from './connector.ts'
import { type Blocked, checkScheme, portOf } from './guard.ts'

interface Destination {
  origin: string
  target: Target
  /** As the `host` header has it. */
  host: string
  /** With the query. */
  path: string
  /** The URL's scheme is none of ours. */
  blocked: Blocked | null
}

const KNOWN_MAX = 1_000

/** To parse a URL costs as much as to sign a body, and a webhook's stays as it is. */
export class Destinations {
  readonly #known = new Map<string, Destination>()

  of(text: string): Destination {
    let destination = this.#known.get(text)
    if (destination === undefined) {
      destination = destinationOf(new URL(text))
      if (this.#known.size >= KNOWN_MAX) this.#known.clear()
      this.#known.set(text, destination)
    }
    return destination
  }
}

function destinationOf(url: URL): Destination {
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  return {
    origin: url.origin,
    target: { hostname, port: portOf(url), secure: url.protocol === 'https:' },
    host: url.host,
    path: url.pathname + url.search,
    blocked: checkScheme(url),
  }
}
