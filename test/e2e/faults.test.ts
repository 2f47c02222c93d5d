/** Endpoints that misbehave, each in its way, and what becomes of their deliveries. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AttemptView } from '../support/api-client.ts'
import { closedPort } from '../support/closed-port.ts'
import type { ReceivedRequest, Step } from '../support/receiver-protocol.ts'
import { ANN, ServerWorld } from '../support/server-world.ts'

const OK: Step = { kind: 'answer', status: 200 }
const BROKEN: Step = { kind: 'answer', status: 500, body: '{"message":"down"}' }
const MB = 1024 * 1024

let world: ServerWorld
beforeAll(async () => {
  const settings = { RETRY_SCHEDULE: '0s,1s,1s', DELIVERY_TIMEOUT: '1s' }
  world = await ServerWorld.open({ settings })
})
afterAll(() => world?.close())

// Most of their time is waiting for a schedule, which they can do together.
describe.concurrent('an endpoint', () => {
  test('that fails twice first gets the same event again, to the byte, until it takes it', async () => {
    const steps: Step[] = [BROKEN, { kind: 'answer', status: 404 }, OK]
    const { endpoint, lead } = await world.subscribe({ steps })
    const { eventId } = await lead()
    const delivery = await world.api.deliveryIn('delivered', eventId)

    expect(delivery.attempts.map(({ number, status }) => [number, status])).toEqual([
      [1, 500],
      [2, 404],
      [3, 200],
    ])
    expectRepeats(endpoint.received, eventId)
    for (const gapMs of gapsMs(delivery.attempts)) expect(gapMs).toBeGreaterThanOrEqual(900)
    expect(delivery.attempts[0]).toMatchObject({ errorCode: 'status', responseBody: BROKEN.body })
    expect(delivery.explanation).toMatch(/answered 200 .* on attempt 3/)
    expect((await world.api.webhook(delivery.webhookId)).health.consecutiveFailures).toBe(0)
  })

  test('that hangs is given up after the schedule; resent, it is delivered', async () => {
    const { endpoint, lead } = await world.subscribe({ steps: [{ kind: 'hang' }] })
    const { eventId } = await lead()
    const exhausted = await world.api.deliveryIn('exhausted', eventId)

    expect(exhausted.attempts).toHaveLength(3)
    for (const attempt of exhausted.attempts) {
      expect(attempt).toMatchObject({ status: null, errorCode: 'timeout', result: 'failed' })
      expect(attempt.error).toContain('No answer within 1 s')
      expect(attempt.durationMs).toBeGreaterThanOrEqual(990)
      expect(attempt.durationMs).toBeLessThan(5_000)
    }
    expect(exhausted.nextAttemptAt).toBeNull()
    expect(exhausted.explanation).toMatch(
      /^Given up after 3 attempts.*no answer within 1 s.*resend/,
    )

    await endpoint.behave(OK)
    await world.api.post(`/api/v1/deliveries/${exhausted.id}/resend`)
    const delivered = await world.api.deliveryIn('delivered', eventId)
    expect(delivered.attempts.at(-1)).toMatchObject({ number: 4, status: 200 })
    expectRepeats(endpoint.received, eventId)
  })

  test('that resets the connection is tried again', async () => {
    // Twice: over a connection that another test left open, the first one is taken for its end, and
    // the request goes out once more within the attempt (transmit.ts).
    const steps: Step[] = [{ kind: 'reset' }, { kind: 'reset' }, OK]
    const { endpoint, lead } = await world.subscribe({ steps })
    const { eventId } = await lead()
    const delivery = await world.api.deliveryIn('delivered', eventId)

    const failed = delivery.attempts.slice(0, -1)
    expect([1, 2]).toContain(failed.length)
    for (const attempt of failed) {
      expect(attempt).toMatchObject({ status: null, errorCode: 'reset' })
      expect(attempt.error).toMatch(/connection/)
    }
    expectRepeats(endpoint.received, eventId)
  })

  test('that nobody listens on is tried again', async () => {
    const { chatbotId, webhook, endpoint, lead } = await world.subscribe()
    const { url } = webhook
    await world.api.patch(`/api/v1/webhooks/${webhook.id}`, { url: await closedPort() })
    const { eventId } = await lead()
    const failed = await world.api.deliveryAfter(1, eventId)
    expect(failed).toMatchObject({ chatbotId, attempts: [{ status: null, errorCode: 'connect' }] })

    await world.api.patch(`/api/v1/webhooks/${webhook.id}`, { url })
    await world.api.deliveryIn('delivered', eventId)
    expect(endpoint.received).toHaveLength(1)
  })

  test('that answers 5 MB slowly has taken the event: its answer is read for a moment only', async () => {
    const crawl: Step = { kind: 'crawl', bytes: 5 * MB, overMs: 60_000 }
    const { endpoint, lead } = await world.subscribe({ steps: [crawl] })
    const delivery = await world.api.deliveryIn('delivered', (await lead()).eventId, {
      withinMs: 8_000,
    })
    expect(delivery.attempts).toHaveLength(1)
    expect(delivery.attempts[0]).toMatchObject({ status: 200, errorCode: null })
    expect(delivery.attempts[0]?.durationMs).toBeLessThan(1_000)
    expect(delivery.attempts[0]?.responseBody).toBe('x'.repeat(2_048))
    expect(endpoint.received).toHaveLength(1)
  })

  test('that answers 410 is left alone: its deliveries wait until it is resumed', async () => {
    const { endpoint, lead, webhook } = await world.subscribe({
      steps: [{ kind: 'answer', status: 410 }, OK],
    })
    const first = await lead()
    const parked = await world.api.deliveryIn('parked', first.eventId)
    expect(parked).toMatchObject({ stateReason: 'webhook_disabled', attempts: [{ status: 410 }] })
    expect(parked.explanation).toContain('it is sent when the webhook is resumed')
    expect(await world.api.webhook(webhook.id)).toMatchObject({
      state: 'disabled',
      stateReason: expect.stringContaining('410'),
    })
    const second = await lead()
    await world.api.deliveryIn('parked', second.eventId)
    expect(endpoint.received).toHaveLength(1)

    await world.api.post(`/api/v1/webhooks/${webhook.id}/resume`)
    for (const { eventId } of [first, second]) await world.api.deliveryIn('delivered', eventId)
    expect(await world.api.webhook(webhook.id)).toMatchObject({
      state: 'active',
      stateReason: null,
    })
    expect(endpoint.received).toHaveLength(3)
  })

  test.each([
    ['seconds', () => '3'],
    ['a date', () => new Date(Date.now() + 4_000).toUTCString()],
  ])('that answers 503 with Retry-After in %s is asked again no sooner', async (_, retryAfter) => {
    const { endpoint, lead } = await world.subscribe()
    await endpoint.behave(
      { kind: 'answer', status: 503, headers: { 'retry-after': retryAfter() } },
      OK,
    )
    const { eventId } = await lead()
    const waiting = await world.api.deliveryAfter(1, eventId)
    expect(waiting.state).toBe('pending')
    const dueInMs = Date.parse(waiting.nextAttemptAt ?? '') - Date.now()
    expect(dueInMs).toBeGreaterThan(1_300)

    const delivery = await world.api.deliveryIn('delivered', eventId)
    expect(delivery.attempts).toHaveLength(2)
    // A date has whole seconds only.
    expect(gapsMs(delivery.attempts)[0]).toBeGreaterThanOrEqual(2_900)
  })

  test('that moves between two attempts gets the next one at its new address', async () => {
    const { endpoint, lead, webhook } = await world.subscribe({ steps: [BROKEN] })
    const { eventId } = await lead()
    await endpoint.arrived(1)
    const moved = await world.receiver.endpoint()
    await world.api.patch(`/api/v1/webhooks/${webhook.id}`, {
      url: `${moved.url}/new?place=1`,
      headers: { 'X-New': 'yes' },
    })
    await world.api.deliveryIn('delivered', eventId)

    const request = await moved.first()
    expect(request.target).toMatch(/\/new\?place=1$/)
    expect(request.headers['x-new']).toBe('yes')
    expectRepeats([...endpoint.received, request], eventId)
  })
})

test('what an endpoint missed while it was down is recovered in one call', async () => {
  const { endpoint, lead, webhook } = await world.subscribe({ steps: [BROKEN] })
  const since = new Date(Date.now() - 1_000).toISOString()
  const leads = [await lead(), await lead({ ...ANN, customerName: 'Ben' }), await lead()]
  for (const { eventId } of leads) await world.api.deliveryIn('exhausted', eventId)
  await endpoint.behave(OK)

  const path = `/api/v1/webhooks/${webhook.id}/recover`
  const dry = await world.api.post<{ count: number }>(path, { since, dryRun: true })
  expect(dry.count).toBe(3)
  const { recoveryId, count } = await world.api.post<{ recoveryId: string; count: number }>(path, {
    since,
  })
  expect(count).toBe(3)
  for (const { eventId } of leads) await world.api.deliveryIn('delivered', eventId)
  expect(await world.api.get(`/api/v1/recoveries/${recoveryId}`)).toMatchObject({
    total: 3,
    done: 3,
  })
})

/** Every request of one event: the same id, bytes and guide signature; a timestamp of its own. */
function expectRepeats(requests: readonly ReceivedRequest[], eventId: string) {
  const [first] = requests
  for (const { headers, body } of requests) {
    expect(headers['webhook-id']).toBe(eventId)
    expect(headers['x-chatzuri-signature']).toBe(first?.headers['x-chatzuri-signature'])
    expect(body.equals(first?.body ?? Buffer.alloc(0))).toBe(true)
  }
  const signedAt = requests.map(({ headers }) => Number(headers['webhook-timestamp']))
  expect(signedAt).toEqual(signedAt.toSorted((a, b) => a - b))
}

/** From the end of each attempt to the start of the next. */
function gapsMs(attempts: AttemptView[]): number[] {
  return attempts.slice(1).map((attempt, index) => {
    const before = attempts[index]
    if (!before) return 0
    return Date.parse(attempt.startedAt) - Date.parse(before.startedAt) - before.durationMs
  })
}
