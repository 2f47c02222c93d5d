/** Ids are a word and a UUIDv7 in Crockford's base 32: the first ten characters are milliseconds. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_LENGTH = 10

/** When the id was made, by the clock of whoever made it; null: it is none of ours. */
export function idTime(id: string): number | null {
  const [, tail = ''] = /^[a-z]+_([0-9a-z]{26})$/.exec(id) ?? []
  const digits = [...tail.slice(0, TIME_LENGTH)].map((digit) => DIGITS.indexOf(digit))
  if (digits.length === 0 || digits.includes(-1)) return null
  return digits.reduce((sum, digit) => sum * 32 + digit, 0)
}
