/**
 * What a 2xx says of itself: its JSON object (wire-format, "What counts as delivered"), or that it is a
 * web page. Advisory: any 2xx is delivered, whatever its body says; the note is shown to the owner.
 *
 * Read as it was meant, because it is written by every framework there is: names in any case of
 * letters, booleans as numbers and words, "no error" as null, false, 0, "" or an empty list. Where an
 * answer says several things, the bad news wins, then "not processed", then "received".
 */
import type { AnswerNote } from '../delivery.ts'
import { htmlNote } from './html-note.ts'
import { parseBeginning } from './json-beginning.ts'

const YES_KEYS = ['received', 'ok', 'success']
const ERROR_KEYS = ['error', 'errors']
const SKIP_KEYS = ['ignored', 'skipped', 'duplicate']

const YES_WORDS = new Set([
  'true',
  'yes',
  'y',
  'ok',
  'okay',
  '1',
  'on',
  'done',
  'success',
  'successful',
  'succeeded',
  'received',
  'accepted',
  'acknowledged',
])
const NO_WORDS = new Set([
  'false',
  'no',
  'n',
  'not ok',
  '0',
  'off',
  'never',
  'fail',
  'failed',
  'failure',
  'error',
  'unsuccessful',
  'rejected',
  'denied',
])
const YES_STATUSES = new Set(['ok', 'success', 'received'])
const SKIP_STATUSES = new Set(['ignored', 'skipped', 'duplicate'])
/** What is written where there is nothing to tell. */
const NOTHING_WORDS = new Set(['', 'false', 'no', 'none', 'null', 'nil', 'undefined', '0', 'n/a'])

/** An endpoint mostly says the same each time: what short bodies say is kept. */
const KNOWN_MAX = 256
const KNOWN_LENGTH_MAX = 256
const known = new Map<string, AnswerNote | null>()

/** Null: no 2xx, or one that says nothing of the sort. */
export function readAnswerNote(
  status: number,
  body: string,
  contentType: string | undefined,
): AnswerNote | null {
  if (status < 200 || status > 299) return null
  const type = contentType ?? ''
  if (body.length > KNOWN_LENGTH_MAX) return noteOf(body, type)
  // Of what begins like this, the type decides nothing.
  const key = body.startsWith('{') ? body : `${type}\n${body}`
  let note = known.get(key)
  if (note === undefined) {
    note = noteOf(body, type)
    if (known.size >= KNOWN_MAX) known.clear()
    known.set(key, note)
  }
  return note
}

function noteOf(body: string, contentType: string): AnswerNote | null {
  const answer = parseBeginning(body)
  if (answer === null) return htmlNote(body, contentType)
  const said = new Said(answer)
  const statuses = said.values('status')
  const verdicts = said.values(...YES_KEYS)

  const saysNo = verdicts.some(isNo) || statuses.some(isNoStatus)
  if (saysNo || said.values(...ERROR_KEYS).some((error) => !isNothing(error))) {
    return 'body_says_failed'
  }
  const skips = said.values(...SKIP_KEYS).some((value) => !isNothing(value))
  if (skips || statuses.some((value) => SKIP_STATUSES.has(wordOf(value)))) return 'not_processed'
  const saysYes = verdicts.some(isYes) || statuses.some((value) => YES_STATUSES.has(wordOf(value)))
  return saysYes ? 'acknowledged' : null
}

/** The members of an object by their names in lower case; of names that differ by case only, all. */
class Said {
  readonly #members: [name: string, value: unknown][]

  constructor(answer: object) {
    this.#members = Object.entries(answer).map(([name, value]) => [name.toLowerCase(), value])
  }

  values(...names: string[]): unknown[] {
    return this.#members.filter(([name]) => names.includes(name)).map(([, value]) => value)
  }
}

function isYes(value: unknown): boolean {
  return value === true || value === 1 || YES_WORDS.has(wordOf(value))
}

function isNo(value: unknown): boolean {
  return value === false || value === 0 || NO_WORDS.has(wordOf(value))
}

/** As a number, 0 is how very many programs spell that all went well. */
function isNoStatus(value: unknown): boolean {
  return value !== 0 && isNo(value)
}

/** Also an object that holds nothing else: `{"code":0,"message":""}`. */
function isNothing(value: unknown): boolean {
  if (value === null || value === false || value === 0) return true
  if (typeof value === 'string') return NOTHING_WORDS.has(wordOf(value))
  return typeof value === 'object' && Object.values(value).every(isNothing)
}

function wordOf(value: unknown): string {
  return typeof value === 'string'
    ? value
        .trim()
        .toLowerCase()
        .replace(/[.!]+$/, '')
    : '?'
}
