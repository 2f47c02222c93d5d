/**
 * What a person is found by, and what a search asks for: the one rule of both, without a database. A
 * lead is kept under its terms, each of which is found by its beginning: the words of the name, the
 * email with its words and its domain, the phone from its start and from its end.
 */
import { contactKey } from '../../../text/typed-text.ts'
import { digitsOf, fold, foldedWords } from './folding.ts'

export interface Person {
  customerName: string
  customerEmail: string
  customerPhone: string
}

/** Terms from `from` up to but without `to`: those that begin alike. */
export interface TermRange {
  from: string
  to: string
}

/** One of these ways; of a way each part, by one of its ranges. */
export interface SoughtTerms {
  ways: TermRange[][][]
}

/** In characters. What is longer is found by so much of its beginning. */
export const TERM_LENGTH_MAX = 64
/** Of a name that is a whole text: the words that it begins with. */
const WORDS_MAX = 24
/** Of what is typed: more words narrow no further. */
const SOUGHT_WORDS_MAX = 8
const PHONE_DIGITS_MIN = 4
/** From here on a number without `+` may begin with a country, too. */
const WITH_COUNTRY_MIN = 11
/** Before a number that is read from its end; in no word. */
const FROM_END = '<'
const LAST_CHARACTER = '\u{10ffff}'

export function termsOf({ customerName, customerEmail, customerPhone }: Person): string[] {
  const terms = new Set<string>()
  const add = (term: string) => {
    if (term !== '') terms.add(cut(term))
  }
  for (const word of foldedWords(customerName, WORDS_MAX)) add(word)
  for (const term of emailTerms(customerEmail)) add(term)
  for (const digits of numbersIn(customerPhone)) add(digits)
  const [whole] = numbersIn(customerPhone)
  // It is free text, and may be no number.
  if (whole === undefined || /\p{L}/u.test(customerPhone)) {
    for (const word of foldedWords(customerPhone, 4)) add(word)
  }
  if (whole !== undefined) add(FROM_END + reversed(whole))
  return [...terms]
}

function emailTerms(email: string): string[] {
  if (email === '') return []
  const key = fold(contactKey(email))
  const at = key.lastIndexOf('@')
  // The first word is the beginning of the whole.
  const words = wordsOf(key.slice(0, Math.max(0, at))).slice(1)
  const labels = key.slice(at + 1).split('.')
  const domains = labels.map((_, index) => labels.slice(index).join('.'))
  return [key, ...words, ...(labels.length > 1 ? domains.slice(0, -1) : domains)]
}

function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== '')
}

/**
 * A phone's digits as it is looked for: without what is dialled before a number (`00`, `0`), and again
 * without the country. Empty: too few to look for.
 */
function numbersIn(phone: string): string[] {
  // `+44 (0)20 …`: that zero is dialled only without the country.
  const digits = digitsOf(phone.replace('(0)', ''))
  if (digits.length < PHONE_DIGITS_MIN) return []
  const number = digits.replace(/^0+(?=\d)/, '')
  const isWhole = /^\s*\+/.test(phone) || digits.startsWith('00')
  const mayBeWhole = !digits.startsWith('0') && digits.length >= WITH_COUNTRY_MIN
  if (!isWhole && !mayBeWhole) return [number]
  const national = number.slice(countryLength(number)).replace(/^0+(?=\d)/, '')
  return national.length < PHONE_DIGITS_MIN ? [number] : [number, national]
}

/** Of the calling codes that have two digits (ITU-T E.164.D); those in 1 and 7 have one, others three. */
const TWO_DIGITS = /^(?:2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/

function countryLength(number: string): number {
  if (/^[17]/.test(number)) return 1
  return TWO_DIGITS.test(number) ? 2 : 3
}

/** No way: nothing can be found by it. */
export function soughtIn(q: string): SoughtTerms {
  const typed = contactKey(q)
  const ways: TermRange[][][] = []
  if (/^[\p{Nd}\s()+./\-–]+$/u.test(typed)) {
    const numbers = numbersIn(typed)
    const ranges = numbers.flatMap((number) => [number, FROM_END + reversed(number)])
    if (ranges.length > 0) ways.push([ranges.map(beginningWith)])
  }
  const words = foldedTokens(typed)
  if (words.length > 0) ways.push(words.map(rangesOfToken))
  // `j.smith` may begin an email, and may be an initial and a name.
  if (words.some((word) => /[\p{P}]/u.test(word))) {
    const parts = words.flatMap((word) => (word.includes('@') ? [word] : foldedWords(word, 8)))
    if (parts.length > 0) ways.push(parts.slice(0, SOUGHT_WORDS_MAX).map(rangesOfToken))
  }
  return { ways }
}

/** As they are typed, with what holds an email together: `Ann Smith <ann@example.com>,` has three. */
function foldedTokens(typed: string): string[] {
  return (
    fold(typed)
      .split(/[\s<>"“”„«»,;]+/u)
      // An email may begin with a dot.
      .map((token) => (token.includes('@') ? token : token.replace(/^\p{P}+|\p{P}+$/gu, '')))
      .filter((token) => token !== '' && token !== '@')
      .slice(0, SOUGHT_WORDS_MAX)
  )
}

function rangesOfToken(token: string): TermRange[] {
  return [beginningWith(token.startsWith('@') ? token.slice(1) : token)]
}

function beginningWith(term: string): TermRange {
  const from = cut(term)
  return { from, to: from + LAST_CHARACTER }
}

export function matches(person: Person, { ways }: SoughtTerms): boolean {
  const terms = termsOf(person)
  return ways.some((parts) =>
    parts.every((ranges) =>
      ranges.some(({ from, to }) => terms.some((term) => from <= term && term < to)),
    ),
  )
}

function reversed(digits: string): string {
  return [...digits].reverse().join('')
}

/** Between characters, not within one. */
function cut(term: string): string {
  if (term.length <= TERM_LENGTH_MAX) return term
  return term.slice(0, TERM_LENGTH_MAX).replace(/[\ud800-\udbff]$/, '')
}
