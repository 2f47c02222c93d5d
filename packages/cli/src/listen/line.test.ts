import { expect, test } from 'vitest'
import type { Forwarded, Handed } from './forward.ts'
import { lineText } from './line.ts'
import type { Reported } from './listener.ts'

const URL_GIVEN = new URL('http://localhost:3000/hook')
const HANDED: Handed = {
  deliveryId: 'dlv_1',
  eventId: 'evt_1',
  eventType: 'lead.submit',
  attemptNumber: 1,
  headers: {},
  body: '{}',
  timeoutSeconds: 30,
}
const answered = (status: number): Forwarded => {
  return { durationMs: 12, result: { kind: 'answered', status, headers: {}, body: '' } }
}
const DELIVERED: Reported = { recorded: true, state: 'delivered', nextAttemptInMs: null }
const RETRIED: Reported = { recorded: true, state: 'pending', nextAttemptInMs: 29_100 }

function lineOf(forwarded: Forwarded, reported: Reported = RETRIED): string {
  return lineText({ handed: HANDED, forwarded, reported, url: URL_GIVEN })
}

test('what went well is time, type, id, status and duration, and no more', () => {
  expect(lineOf(answered(200), DELIVERED)).toMatch(
    /^\d\d:\d\d:\d\d {2}lead\.submit {5}dlv_1 {2}200 {7}12 ms$/,
  )
})

test('a server that is not running is told of by what to do, and when it comes again', () => {
  const refused: Forwarded = {
    durationMs: 1,
    result: {
      kind: 'unreachable',
      fault: 'connect',
      message: 'connection refused at localhost:3000',
    },
  }
  expect(lineOf(refused)).toContain('connection refused at localhost:3000')
  expect(lineOf(refused)).toMatch(/start your server at http:\/\/localhost:3000; again in 30 s$/)
})

test.each([
  [400, 'has it the secret of this webhook?'],
  [401, 'has it the secret of this webhook?'],
  [404, 'has it a route for POST /hook?'],
  [302, 'redirects are not followed'],
])('a %i comes with a hint', (status, hint) => {
  expect(lineOf(answered(status))).toContain(hint)
})

test('what was given up says how it is sent again, what was not recorded that it comes again', () => {
  const exhausted = { recorded: true, state: 'exhausted', nextAttemptInMs: null }
  expect(lineOf(answered(500), exhausted)).toContain('chatzuri deliveries resend dlv_1')
  const lost = { recorded: false, state: null, nextAttemptInMs: null }
  expect(lineOf(answered(200), lost)).toContain('not recorded, comes again')
})

test('what a name holds writes nothing but text onto a terminal', () => {
  const handed = { ...HANDED, eventType: 'lead\u001b[31m' }
  const told = { handed, forwarded: answered(200), reported: DELIVERED, url: URL_GIVEN }
  expect(lineText(told)).not.toContain('\u001b')
})
