/** Addresses that strangers typed, as links: nothing of them may become more than an address. */

/** Null: no address. What would begin headers or another recipient is encoded. */
export function mailLink(email: string): string | null {
  const at = email.lastIndexOf('@')
  if (at < 1 || at === email.length - 1 || !email.isWellFormed()) return null
  return `mailto:${encodeURIComponent(email.slice(0, at))}@${encodeURIComponent(email.slice(at + 1))}`
}

/** As many as a number has, short ones of one's own country included (E.164: 15 at most). */
const DIGITS = /^\+?\d{3,15}$/

/**
 * Null: not plainly one number. A phone is free text (“ask for Ann”, “0700 or 0711”): only digits, one
 * plus in front and what people write between them are taken for one.
 */
export function phoneLink(phone: string): string | null {
  // The trunk zero is dialled only without the country's code: +44 (0)20 …
  const text = phone
    .normalize('NFKC')
    .trim()
    .replace(/^(\+[\d\s]+)\(0\)/, '$1')
  if (!/^\+?[\d\s()./\-\u2010-\u2013]+$/.test(text)) return null
  const number = text.replace(/[^\d+]/g, '')
  return DIGITS.test(number) ? `tel:${number}` : null
}
