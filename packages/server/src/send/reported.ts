/** What a listener's own request came to, as if it had been made here: bounded and read in the same way. */
import type { Fault, SendResult } from '../outcome.ts'
import { keepHeaders } from './answer-headers.ts'
import { readAnswerNote } from './answer-note.ts'
import { BodyHead } from './body-head.ts'
import { decodeBody } from './decode-body.ts'
import { parseRetryAfter } from './retry-after.ts'

type Reported =
  | { kind: 'answered'; status: number; headers: Record<string, string>; body: string }
  | { kind: 'unreachable'; fault: Fault; message: string }

export function toSendResult(
  reported: Reported,
  { durationMs, nowMs }: { durationMs: number; nowMs: number },
): SendResult {
  if (reported.kind === 'unreachable') return { ...reported, durationMs }
  const { kind, status } = reported
  const headers = keepHeaders(
    Object.fromEntries(
      Object.entries(reported.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  )
  const head = new BodyHead()
  head.add(Buffer.from(reported.body))
  // Whoever reported it has read it as text.
  const body = decodeBody(head.kept, '')
  return {
    kind,
    status,
    headers,
    body,
    durationMs,
    note: readAnswerNote(status, body, headers['content-type']),
    retryAfterMs: parseRetryAfter(headers['retry-after'], nowMs),
  }
}
