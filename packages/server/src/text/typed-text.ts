/**
 * Text as people type and paste it: one rule for the API, the widget, searches and the dashboard
 * (docs/limits.md, "What people type"). Mail programs, address books and web pages put characters
 * into it that nobody sees; a search for what one does see must find it all the same.
 *
 * Without imports, because it also runs in visitors' pages. Never changes what is seen.
 */

export const PHONE_LENGTH_MAX = 64
export const EMAIL_LENGTH_MAX = 320

/**
 * What nobody sees: format characters (zero widths, directions, soft hyphens, tags, byte order
 * marks), what Unicode says is to be ignored where it can't be shown (fillers, joiners, variation
 * selectors), controls, and the Braille pattern without a dot.
 */
const UNSEEN = /[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u
/** The same, but for controls that are white space. */
const UNSEEN_WITHIN = /(?![\t\n\v\f\r])[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/gu
const BLANK = /^[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]*$/u
const SPACE = /\s/u
/** What nearly all people type: of it only a space is white, and everything is seen. */
const PLAIN = /^[ -~]*$/
const BYTE_ORDER_MARK = '\ufeff'

/** How it is wrong; `character` is written `U+200B`. */
export type TypedFault =
  | { kind: 'unseen'; character: string }
  | { kind: 'too_long'; lengthMax: number }
  | { kind: 'wide_at' }
  | { kind: 'not_email' }

/** An email or a phone without what surrounds it unseen: white space and format characters. */
export function tidyContact(text: string): string {
  if (PLAIN.test(text)) return text.trim()
  return withoutEnds(text, (character) => SPACE.test(character) || UNSEEN.test(character))
}

/** Of a URL white space is a mistake worth telling; the rest of what is unseen goes at the ends. */
export function tidyUrl(text: string): string {
  return withoutEnds(
    text,
    (character) =>
      character === BYTE_ORDER_MARK || (!SPACE.test(character) && UNSEEN.test(character)),
  )
}

/** Whether there is nothing to be seen: then a name, which otherwise stays as it was typed, is none. */
export function isBlank(text: string): boolean {
  return BLANK.test(text)
}

/** The first character that nobody sees, as `U+200B`. */
export function unseenIn(text: string): string | null {
  if (PLAIN.test(text)) return null
  UNSEEN_WITHIN.lastIndex = 0
  const found = UNSEEN_WITHIN.exec(text)?.[0].codePointAt(0)
  return found === undefined ? null : `U+${found.toString(16).toUpperCase().padStart(4, '0')}`
}

/**
 * Of a tidy text that is not empty. One `@`; before it 1 to 64 characters, dots anywhere, for they are
 * the provider's affair; after it a host, which may have no dot.
 */
export function emailFault(text: string): TypedFault | null {
  const character = unseenIn(text)
  if (character !== null) return { kind: 'unseen', character }
  if (text.length > EMAIL_LENGTH_MAX) return { kind: 'too_long', lengthMax: EMAIL_LENGTH_MAX }
  if (!text.includes('@') && /[\uff20\ufe6b]/.test(text)) return { kind: 'wide_at' }
  const isWhole = /^[^\s@<>()",;:\\[\]]{1,64}@[^\s@<>()",;:\\[\]]+$/u.test(text)
  const host = text.slice(text.indexOf('@') + 1)
  return isWhole && !/^[.-]|\.\.|[.-]$/.test(host) ? null : { kind: 'not_email' }
}

/** Of a tidy text that is not empty: free text of a length, in characters as people count them. */
export function phoneFault(text: string): TypedFault | null {
  const character = unseenIn(text)
  if (character !== null) return { kind: 'unseen', character }
  const isLong = text.length > PHONE_LENGTH_MAX && [...text].length > PHONE_LENGTH_MAX
  return isLong ? { kind: 'too_long', lengthMax: PHONE_LENGTH_MAX } : null
}

/** Taken, but odd enough to ask a person about it: whether a digit of any script is missing. */
export function isOddPhone(text: string): boolean {
  return !/\p{Nd}.*\p{Nd}/su.test(text)
}

/** Taken, but odd: a host without a dot, which mostly is an address that isn't finished. */
export function isOddEmail(text: string): boolean {
  return !text.slice(text.indexOf('@') + 1).includes('.')
}

/**
 * How names, emails and phones are compared in a search: the same for the key that is kept and for
 * what is typed. A name is looked for by its beginning, so white space at its end says something.
 */
export function nameKey(text: string): string {
  // Nearly all: 100 KB of it take a tenth of the time.
  if (PLAIN.test(text)) return text.toLowerCase().trimStart()
  const seen = text.replace(UNSEEN_WITHIN, '')
  // NFC last: some letters are one character only when they are small. And a sigma is written otherwise
  // at the end of a word, which the beginning of a name has in another place than the name.
  return seen.toLowerCase().normalize('NFC').replaceAll('ς', 'σ').trimStart()
}

export function contactKey(text: string): string {
  return nameKey(text).trimEnd()
}

/** By hand: an expression that ends in `$` begins anew at each character of a long run. */
function withoutEnds(text: string, isDropped: (character: string) => boolean): string {
  let start = 0
  let end = text.length
  for (let first = characterAt(text, start); start < end && isDropped(first); ) {
    start += first.length
    first = characterAt(text, start)
  }
  for (let last = characterBefore(text, end); start < end && isDropped(last); ) {
    end -= last.length
    last = characterBefore(text, end)
  }
  return text.slice(start, end)
}

function characterAt(text: string, index: number): string {
  const code = text.codePointAt(index)
  return code === undefined ? '' : String.fromCodePoint(code)
}

function characterBefore(text: string, index: number): string {
  const pair = text.slice(Math.max(0, index - 2), index)
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(pair) ? pair : pair.slice(-1)
}
