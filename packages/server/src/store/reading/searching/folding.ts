/** Text as a search compares it: what people leave out when they type is left out of both. */
import { nameKey } from '../../../text/typed-text.ts'

const PLAIN = /^[ -~]*$/
/** Letters that no decomposition takes apart, as they are typed without them. */
const LETTERS: Record<string, string> = {
  đ: 'd',
  ð: 'd',
  ø: 'o',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ŋ: 'n',
}
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g')
/** Marks that people leave out; in other scripts they are vowels. */
const ACCENTED = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{Mn}+/gu
/** Scripts without spaces: a word begins at each of their characters. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
const UNSPACED_MAX = 12
const APOSTROPHE = /['’ʼ`´]/u
const APOSTROPHES = /['’ʼ`´]/gu
/** Between words. Symbols are none: a name may be one. */
const BETWEEN = /(?:\s|(?!['’`´])\p{P})+/u
/** So many characters of a name are looked through: a name of 95 KB is a text. */
const LOOKED_AT = 2_000

export function fold(text: string): string {
  const key = nameKey(text)
  if (PLAIN.test(key)) return key
  return key
    .normalize('NFD')
    .replace(ACCENTED, '$1')
    .replace(SPECIAL, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFC')
}

/** At most `max` of the words that it begins with; of `O'Brien` also what is on each side. */
export function foldedWords(text: string, max: number): string[] {
  const words: string[] = []
  for (const piece of fold(text.slice(0, LOOKED_AT)).split(BETWEEN)) {
    if (words.length >= max) break
    if (piece === '') continue
    if (!APOSTROPHE.test(piece)) {
      words.push(...wordsOfPiece(piece))
      continue
    }
    const parts = piece.split(APOSTROPHES).filter((part) => part !== '')
    words.push(...new Set([parts.join(''), ...parts]))
  }
  return words.filter((word) => word !== '').slice(0, max)
}

function wordsOfPiece(piece: string): string[] {
  if (PLAIN.test(piece) || !UNSPACED.test(piece)) return [piece]
  const characters = [...piece].slice(0, UNSPACED_MAX)
  return characters.map((_, index) => characters.slice(index).join(''))
}

/** Of any script, as ASCII. */
export function digitsOf(text: string): string {
  if (PLAIN.test(text)) return text.replaceAll(/\D/g, '')
  let digits = ''
  for (const character of text) {
    if (/\p{Nd}/u.test(character)) digits += digitValue(character)
  }
  return digits
}

/** Unicode has each script's ten digits in a row, zero first, and a row begins where none is before it. */
function digitValue(character: string): number {
  const code = character.codePointAt(0) ?? 0
  let value = 0
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1
  return value
}
