/** What strangers put where a value was expected. */
import fc from 'fast-check'
import { type Draw, onceIn, pick } from './draw.ts'

const LONG = 2_000

/** Text that breaks what is careless with text. */
const HOSTILE_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\udc00x',
  '\ufeff',
  '\u202e\u2028\u2029',
  "'; DROP TABLE leads; --",
  '%00%n%s',
  '../../../../etc/passwd',
  '<script>alert(1)</script>',
  '=cmd|/C calc!A0',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'toString',
  '-1',
  'NaN',
  'Infinity',
  '1e309',
  '9'.repeat(400),
  'a'.repeat(LONG),
  '🙂'.repeat(LONG / 4),
  `${'a.'.repeat(LONG / 2)}`,
  `${' '.repeat(LONG)}x`,
  `a@${'a.'.repeat(LONG / 2)}`,
] as const

/** None of them leads off this machine: what is accepted may be delivered to. */
const HOSTILE_URLS = [
  'http://',
  'http:127.0.0.1',
  'https://[::1',
  'http://127.0.0.1:0/',
  'http://127.0.0.1:99999/',
  'http://127.1/',
  'http://0x7f.1/',
  'http://2130706433/',
  'http://[::ffff:127.0.0.1]/',
  'http://169.254.169.254/latest/meta-data',
  'http://10.0.0.1/',
  'http://0.0.0.0/',
  'http://localhost:25/',
  'http://127.0.0.1:9/%',
  'http://%zz:%@127.0.0.1:9/',
  'http://user:pa%20ss@127.0.0.1:9/?q=%ff#x',
  'http://127.0.0.1:9/#',
  'http://127.0.0.1:9/\\',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'gopher://127.0.0.1:25/',
  `http://127.0.0.1:9/${'a'.repeat(3_000)}`,
] as const

export function hostileText(draw: Draw, given: unknown): string {
  if (typeof given === 'string' && /^https?:/.test(given)) return pick(draw, HOSTILE_URLS)
  if (onceIn(draw, 3)) return draw(fc.string, { unit: 'binary', maxLength: 60 })
  return pick(draw, HOSTILE_TEXTS)
}

/** A value of any type, of every size that a body may still have. */
export function hostileValue(draw: Draw, given: unknown): unknown {
  const choice = draw(fc.nat, { max: 9 })
  if (choice < 4) return hostileText(draw, given)
  if (choice === 4) return pick(draw, [0, -1, -0, 0.5, 2 ** 53, -(2 ** 53), 5e-324, 1e308])
  if (choice === 5) return pick(draw, [true, false, null])
  if (choice === 6) return nested(draw(fc.integer, { min: 1, max: 200 }))
  if (choice === 7) return Array.from({ length: 600 }, () => given)
  return draw(fc.jsonValue, { maxDepth: 3, stringUnit: 'binary' })
}

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}
