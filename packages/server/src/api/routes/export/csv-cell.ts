/**
 * Cells of a file that people open with a spreadsheet. Which character separates is that program's
 * choice and its country's (`;` in most of Europe), so a text is held to be a cell of its own wherever
 * any of them could cut it; none of these may be a formula, and the whole no other value than the text.
 *
 * The mark is a `'` in front: no formula and no number begins with it, so it is text everywhere.
 */

/** What may separate cells or lines. */
const SEPARATOR = /([,;|\t\r\n\v\f\u0085\u2028\u2029])/
/** Those that a program skips where it trims: what is behind them may be at the beginning. */
const BLANK_SEPARATOR = /[\t\r\n\v\f\u0085\u2028\u2029]/
/** Skipped before a sign is looked for: white space, quotes, marks, what nobody sees. */
const SKIPPED = /^[\s"'`\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]*/u
/** A formula's first sign: also full-width, also small, also the minus of mathematics. */
const SIGN = /^[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212]/

const MARK = "'"

/** For spreadsheets. */
export function markedCell(text: string): string {
  const pieces = text.split(SEPARATOR)
  let isSign = false
  // From the end, because a piece of nothing but white space is as bad as what follows it.
  for (let at = pieces.length - 1; at >= 0; at -= 2) {
    const piece = pieces[at] ?? ''
    const rest = piece.slice(SKIPPED.exec(piece)?.[0].length)
    isSign = rest === '' ? isSign && BLANK_SEPARATOR.test(pieces[at + 1] ?? '') : SIGN.test(rest)
    // Where commas separate, one within is quoted; where they don't, it cuts nothing.
    const isCut = at > 0 && pieces[at - 1] !== ','
    if (isSign || (isCut && isValue(piece))) pieces[at] = MARK + piece
  }
  const marked = pieces.join('')
  const isText = marked.startsWith(MARK) || !(BLANK_SEPARATOR.test(text[0] ?? '') || isValue(text))
  return plainCell(isText ? marked : MARK + marked)
}

/** For programs: the text to the letter, quoted where RFC 4180 section 2 asks for it. */
export function plainCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const MONTHS =
  'jan|ene|gen|fe[bv]|fév|mar|mär|apr|abr|avr|ma[iyj]|mag|jun|jui|giu|jul|lug|aug|ago|aoû|sep|set|o[ck]t|out|ott|nov|de[czs]|déc|dic'
/** A month's, half a day's, an exponent, or a letter that counts years, months, days or hours. */
const OF_VALUES = new RegExp(`^(?:\\p{L}|[ap]m|(?:${MONTHS})\\p{L}*)$`, 'iu')

/**
 * Whether a spreadsheet makes a number, a date or a time of it: digits of any script, and no word but
 * of such a kind. It may be wrong the safe way: then a text is marked as text. Word by word, since one
 * expression for all of it would go back and forth.
 */
function isValue(text: string): boolean {
  if (/^\s*(?:true|false)\s*$/i.test(text)) return true
  if (!/\p{Nd}/u.test(text)) return false
  for (const [word] of text.matchAll(/\p{L}+/gu)) if (!OF_VALUES.test(word)) return false
  return true
}
