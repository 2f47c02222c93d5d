import { expect, test } from 'vitest'
import { storedWebhook } from '../../../../test/webhook-values.ts'
import { systemClock } from '../../../clock.ts'
import type { Attempt } from '../../../delivery.ts'
import { createIds } from '../../../id.ts'
import { systemRandom } from '../../../random.ts'
import type { ApiDeps } from '../../deps.ts'
import { webhookShower } from './shown-webhook.ts'

const ids = createIds(systemClock, systemRandom)

function failed(errorCode: string, error: string): Attempt {
  return {
    id: ids.next('attempt'),
    deliveryId: ids.next('delivery'),
    number: 1,
    startedAt: systemClock.now(),
    durationMs: 1,
    result: 'failed',
    status: null,
    errorCode,
    error,
    responseHeaders: {},
    responseBody: '',
    note: null,
  }
}

const REFUSED = failed('connect', 'The connection was refused (ECONNREFUSED)')
const STOPPED = failed('our_fault', 'The server was stopped before the answer came')

/** A webhook whose last failure is of a delivery with these attempts, the newest first. */
async function cureWith(attempts: Attempt[]) {
  const readPage = async () => ({ rows: attempts, more: false })
  const store = { readPage } as unknown as ApiDeps['store']
  const { health, ...rest } = storedWebhook()
  const failing = { failingSince: 1, lastFailureBy: ids.next('delivery') }
  const show = webhookShower({ store, clock: systemClock }, 'owner')
  return (await show({ ...rest, health: { ...health, ...failing } })).cure?.code
}

test('a stop of this server in between does not take the place of what the endpoint did', async () => {
  expect(await cureWith([STOPPED, STOPPED, REFUSED])).toBe('refused')
  expect(await cureWith([REFUSED, STOPPED])).toBe('refused')
  expect(await cureWith([STOPPED])).toBe('stopped')
  expect(await cureWith([])).toBeUndefined()
})
