/**
 * What a 2xx's JSON object says of itself (wire-format, "What counts as delivered"). Advisory: any
 * 2xx is delivered, whatever its body says; the note is shown to the owner.
 *
 * Where an answer says several things, the bad news wins, then "not processed", then "received".
 */
import type { AnswerNote } from '../delivery.ts'

const YES_KEYS = ['received', 'ok', 'success']
const YES_STATUSES = new Set<unknown>(['ok', 'success', 'received'])
const SKIP_WORDS = ['ignored', 'skipped', 'duplicate']

/** Null: no 2xx, no JSON object (or one that was cut), or one that says nothing of the sort. */
export function readAnswerNote(status: number, body: string): AnswerNote | null {
  if (status < 200 || status > 299) return null
  const answer = parseObject(body)
  if (answer === null) return null
  const answerStatus = normalized(answer.get('status'))

  const saysNo = [...YES_KEYS, 'status'].some((key) => answer.get(key) === false)
  // `"error": null` and `"error": false` are how many frameworks spell "no error".
  if (saysNo || answer.get('error')) return 'body_says_failed'
  if (SKIP_WORDS.some((word) => answer.get(word) || answerStatus === word)) return 'not_processed'
  if (YES_KEYS.some((key) => answer.get(key)) || YES_STATUSES.has(answerStatus)) {
    return 'acknowledged'
  }
  return null
}

function parseObject(body: string): Map<string, unknown> | null {
  // Most answers are no JSON ('OK', a page): don't pay for an exception to learn it.
  if (!/^\s*\{/.test(body)) return null
  try {
    const parsed: unknown = JSON.parse(body)
    return parsed !== null && typeof parsed === 'object' ? new Map(Object.entries(parsed)) : null
  } catch {
    return null
  }
}

function normalized(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value
}
