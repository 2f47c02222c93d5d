import { expect, test } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import { storedWebhook } from '../../test/webhook-values.ts'
import { StoreUnavailable } from '../errors.ts'
import { createIds } from '../id.ts'
import { silentLog } from '../log.ts'
import type { Notice } from '../notice.ts'
import { systemRandom } from '../random.ts'
import type { Road } from '../store/road.ts'
import { Telling } from './telling.ts'

type Told = Parameters<Road['tellNotice']>[0]

/** What is due of these webhooks until it was told, the first one first. */
function setup(
  webhookIds: string[],
  getWebhook: (id: string) => Promise<ReturnType<typeof storedWebhook>>,
) {
  const clock = manualClock()
  const due = webhookIds.map((webhookId): Notice => ({ ...NOTICE, webhookId }))
  const told: Told[] = []
  const store = {
    getWebhook,
    noticesDue: async (limit: number) => ({ notices: due.slice(0, limit), nextInMs: null }),
    async tellNotice(input: Told) {
      told.push(input)
      due.splice(due.indexOf(input.notice), 1)
      return input.event ? ('told' as const) : ('nobody' as const)
    },
  }
  const ids = createIds(clock, systemRandom)
  const telling = new Telling({ store, clock, ids, log: silentLog })
  return { telling, told, due }
}

const NOTICE: Notice = {
  webhookId: 'wh_1',
  chatbotId: 'bot_1',
  type: 'webhook.failing',
  times: 1,
  since: 1,
  toldAt: null,
  deliveryId: 'dlv_1',
  eventId: 'evt_1',
  eventType: 'lead.submit',
  attempts: 2,
  status: 500,
  cause: 'server_error',
}

test('a webhook whose row can not be opened keeps nobody else from being told', async () => {
  const { telling, told, due } = setup(['wh_damaged', 'wh_1'], async (id) => {
    if (id === 'wh_damaged') throw new Error('Unsupported state or unable to authenticate data')
    return storedWebhook({ id })
  })
  await expect(telling.runOnce()).rejects.toThrow('Unsupported state')
  expect(told.map(({ notice }) => notice.webhookId)).toEqual(['wh_1'])
  // Another node may hold its key.
  expect(due.map(({ webhookId }) => webhookId)).toEqual(['wh_damaged'])
})

test('while the store is away nothing is dropped', async () => {
  const { telling, told, due } = setup(['wh_1'], async () => {
    throw new StoreUnavailable('The store is away.')
  })
  await expect(telling.runOnce()).rejects.toThrow('away')
  expect([told, due]).toEqual([[], [expect.objectContaining({ webhookId: 'wh_1' })]])
})
