/** Whether a text can be a webhook's URL; where it leads to is the egress guard's question. */
import { unseenIn } from '../../text/typed-text.ts'

export const URL_LENGTH_MAX = 2_048

/** Null: fine. Else what is wrong, as a sentence without its subject. */
export function urlFault(given: string): string | null {
  if (given === '') return 'must not be empty'
  if (given.length > URL_LENGTH_MAX) return `must have at most ${URL_LENGTH_MAX} characters`
  // The URL parser drops or repairs these silently; what is stored should be what was meant.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u0020\u007f\\]/.test(given)) return 'must not contain spaces, controls or `\\`'
  const unseen = unseenIn(given)
  if (unseen !== null) {
    return `must not contain a character that can't be seen (${unseen}): type it anew, or percent-encode what is meant`
  }
  if (/\s/.test(given)) return 'must not contain spaces'
  if (!given.isWellFormed()) return 'must not contain half a surrogate pair'
  if (given.includes('#')) return 'must not have a fragment (`#…`): it is never sent'
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(given)?.[1]?.toLowerCase()
  if (scheme === undefined) return 'must be a whole URL, like `https://shop.example/hooks`'
  if (scheme !== 'http' && scheme !== 'https') return `must be http or https, not ${scheme}`
  if (!/^https?:\/\/[^/?]/i.test(given)) return 'must have a host after `//`'
  const url = URL.canParse(given) ? new URL(given) : null
  if (url === null || url.hostname === '') return 'is not a valid URL'
  return null
}
