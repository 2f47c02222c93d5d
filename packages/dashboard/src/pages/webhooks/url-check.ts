import { tidyContact, unseenIn } from '../../format/typed-text.ts'
import { texts } from '../../texts/texts.ts'

interface UrlCheck {
  /** What keeps it from being taken, as a sentence; the server checks again, and more. */
  fault: string | null
  /** What it may be told all the same. */
  warning: string | null
}

export function checkUrl(given: string): UrlCheck {
  const { empty, unseen, unfinished, scheme, fragment, insecure } = texts.webhooks.urlFaults
  const text = tidyContact(given)
  const fault = (sentence: string): UrlCheck => ({ fault: sentence, warning: null })
  if (text === '') return fault(empty)
  const hidden = unseenIn(text)
  if (hidden !== null) return fault(unseen(hidden))
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null) return fault(unfinished)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return fault(scheme)
  // `https:host` is repaired by the parser; what is stored should be what was meant.
  if (!/^https?:\/\/[^/]/i.test(text)) return fault(unfinished)
  if (text.includes('#')) return fault(fragment)
  return { fault: null, warning: url.protocol === 'http:' ? insecure : null }
}
