import { expect, test } from 'vitest'
import type { Attempt, Delivery } from './delivery.ts'
import { durationText, type ExplainInput, explain } from './explanation.ts'
import type { WebhookRest, WebhookState } from './webhook.ts'

const NOW = 1_700_000_000_000

function told(
  delivery: Partial<Delivery>,
  lastAttempt?: Partial<Attempt>,
  webhookState: WebhookState | null = 'active',
  { webhookRest = null, ratePerSecond = null }: Partial<ExplainInput> = {},
) {
  return explain({
    webhookState,
    webhookRest,
    ratePerSecond,
    delivery: {
      kind: 'event',
      state: 'pending',
      stateReason: null,
      attemptCount: 0,
      seriesAttempts: 0,
      dueAt: NOW,
      scheduleDueAt: null,
      claimed: false,
      ...delivery,
    } as Delivery,
    lastAttempt: lastAttempt && ({ note: null, result: 'failed', ...lastAttempt } as Attempt),
    attemptsMax: 10,
    nowMs: NOW,
  })
}

const failed = { error: 'The endpoint answered 500', status: 500 }
const answered = { result: 'delivered', status: 200, durationMs: 35, number: 1 } as const

test.each<[string, Partial<Delivery>, Partial<Attempt> | undefined]>([
  [
    "Attempt 1 of 10 is due and comes as soon as its webhook's line has room.",
    { state: 'pending' },
    undefined,
  ],
  [
    "Attempt 1 of 10 is being made now or is next in its webhook's line.",
    { state: 'pending', claimed: true },
    undefined,
  ],
  [
    'The last attempt failed (the endpoint answered 500); attempt 2 of 10 comes in 30 s.',
    { state: 'pending', attemptCount: 1, seriesAttempts: 1, dueAt: NOW + 30_000 },
    failed,
  ],
  [
    'The last attempt failed (the endpoint answered 500); sent now because somebody asked for it, or its endpoint answers again; it is an extra attempt: if it fails, it is not counted, and attempt 3 of 10 still comes at 2023-11-14T23:13:20.000Z.',
    { state: 'pending', seriesAttempts: 2, scheduleDueAt: NOW + 3_600_000 },
    failed,
  ],
  [
    "The last attempt failed (the endpoint answered 500); an extra attempt is being made now or is next in its webhook's line; if it fails, it is not counted, and attempt 3 of 10 still comes at 2023-11-14T23:13:20.000Z.",
    { state: 'pending', seriesAttempts: 2, scheduleDueAt: NOW + 3_600_000, claimed: true },
    failed,
  ],
  [
    'The last attempt failed (the endpoint answered 500), an extra one, which is not counted; attempt 3 of 10 comes in 30 s.',
    { state: 'pending', seriesAttempts: 2, dueAt: NOW + 30_000, scheduleDueAt: NOW + 30_000 },
    failed,
  ],
  ['Delivered: the endpoint answered 200 in 35 ms on attempt 1.', { state: 'delivered' }, answered],
  [
    "Delivered: the endpoint answered 200 in 35 ms on attempt 1, but its body says that it failed: have a look at the endpoint's own log.",
    { state: 'delivered' },
    { ...answered, note: 'body_says_failed' },
  ],
  [
    'Given up after 10 attempts, of which the last failed (no answer within 30 s): mend the endpoint, then resend it.',
    { state: 'exhausted', seriesAttempts: 10 },
    { error: 'No answer within 30 s' },
  ],
  [
    'Cancelled: its webhook was deleted, so it will not be sent.',
    { state: 'cancelled', stateReason: 'webhook_deleted' },
    undefined,
  ],
])('%s', (sentence, delivery, attempt) => {
  expect(told(delivery, attempt)).toBe(sentence)
})

test.each<[string, WebhookState | null]>([
  ['Parked, because its webhook is paused; it is sent when the webhook is resumed.', 'paused'],
  [
    'Parked, because nobody listens: it is sent when `chatzuri listen` runs for its webhook again.',
    'away',
  ],
  ['Parked, but its webhook is active again: it is about to be sent.', 'active'],
  ['Parked, but its webhook was deleted: it is about to be cancelled.', null],
])('%s', (sentence, webhookState) => {
  // Parked for what its webhook was then.
  for (const stateReason of ['webhook_paused', 'listener_away'] as const) {
    expect(told({ state: 'parked', stateReason }, undefined, webhookState)).toBe(sentence)
  }
})

test.each([
  [340, '340 ms'],
  [2_100, '2.1 s'],
  [60_000, '1 minute'],
  [7_200_000, '2 hours'],
  [5 * 86_400_000, '5 days'],
])('%i ms is %s', (durationMs, text) => {
  expect(durationText(durationMs)).toBe(text)
})

const rest: WebhookRest = {
  until: NOW + 20_000,
  probeAt: NOW + 20_000,
  probeWanted: null,
  reason: 'The endpoint answered 429 and asked to wait for 20 s.',
}

test('what is held says why, and until when', () => {
  expect(told({ state: 'pending' }, undefined, 'active', { webhookRest: rest })).toBe(
    'Held, because its webhook rests for another 20 s, until 2023-11-14T22:13:40.000Z: the endpoint answered 429 and asked to wait for 20 s. Then one delivery is sent to see, and the others follow; what is held uses up no attempt.',
  )
  const later = { state: 'pending', dueAt: NOW + 60_000, seriesAttempts: 1 } as const
  expect(told(later, failed, 'active', { webhookRest: rest })).toContain(
    'attempt 2 of 10 comes in 1 minute',
  )
  expect(
    told({ state: 'pending', claimed: true }, undefined, 'active', { webhookRest: rest }),
  ).not.toContain('Held')
})

test('what is held while one delivery is sent to see says that', () => {
  const past = { ...rest, until: NOW - 2_000 }
  expect(told({ dueAt: NOW - 1_000 }, undefined, 'active', { webhookRest: past })).toBe(
    'Held, because its webhook rested until 2023-11-14T22:13:18.000Z: the endpoint answered 429 and asked to wait for 20 s. One delivery is being sent now, to see, and the others follow when it is taken; what is held uses up no attempt.',
  )
  expect(told({ dueAt: NOW + 9_000 }, undefined, 'active', { webhookRest: past })).toBe(
    'Attempt 1 of 10 comes in 9 s.',
  )
})

test('an attempt that was not charged says so: the same number comes again', () => {
  const busy = { errorCode: 'status', error: 'The endpoint answered 429', status: 429 }
  expect(told({ dueAt: NOW + 30_000 }, busy)).toBe(
    'The last attempt failed (the endpoint answered 429), which is not counted; attempt 1 of 10 comes in 30 s.',
  )
  const ours = { errorCode: 'our_fault', error: 'The resolver does not answer', status: null }
  expect(told({ dueAt: NOW + 30_000 }, ours)).toContain('which is not counted; attempt 1 of 10')
  expect(told({ dueAt: NOW + 30_000 }, failed)).not.toContain('not counted')
})

test('what was given up without being charged says whose fault it was', () => {
  const given = { state: 'exhausted', attemptCount: 300, seriesAttempts: 0 } as const
  const ours = { errorCode: 'our_fault', error: 'The resolver does not answer', status: null }
  expect(told(given, ours)).toContain("by a fault of this server's own, and not the endpoint's")
  const busy = { errorCode: 'status', error: 'The endpoint answered 429', status: 429 }
  expect(told(given, busy)).toContain('the endpoint has asked to be sent less for too long')
})

test('what waits for its webhook’s rate says so', () => {
  expect(told({ state: 'pending' }, undefined, 'active', { ratePerSecond: 0.5 })).toBe(
    'Attempt 1 of 10 is due and comes in its turn: its webhook is set to 0.5 requests a second at most.',
  )
  expect(
    told({ state: 'pending', dueAt: NOW + 30_000 }, undefined, 'active', { ratePerSecond: 0.5 }),
  ).toBe('Attempt 1 of 10 comes in 30 s.')
})

test('what is sent now passes a rest, and what is held through it says what comes then', () => {
  const sent = { id: 'dlv_1', seriesAttempts: 2, scheduleDueAt: NOW + 3_600_000 }
  const passing = told(sent, failed, 'active', { webhookRest: { ...rest, probeWanted: 'dlv_1' } })
  expect(passing).toBe(
    'The last attempt failed (the endpoint answered 500); sent now because somebody asked for it, though its webhook rests (the endpoint answered 429 and asked to wait for 20 s); it is an extra attempt: if it fails, it is not counted, and attempt 3 of 10 still comes at 2023-11-14T23:13:20.000Z.',
  )
  const held = told(sent, failed, 'active', { webhookRest: { ...rest, probeWanted: 'dlv_2' } })
  expect(held).toMatch(
    /^Its last attempt failed .* Held, because its webhook rests .* no attempt\. It/,
  )
  expect(held).toMatch(/It goes ahead of its schedule then: if it fails, it is not counted, and/)
})
