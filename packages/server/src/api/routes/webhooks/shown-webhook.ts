/** A webhook with what to do about its last failure, or about a success that is doubtful. */

import type { Cure, CureContext } from '../../../cure.ts'
import { type Attempt, isDoubtful } from '../../../delivery.ts'
import { isOfEndpoint } from '../../../outcome.ts'
import type { Webhook } from '../../../webhook.ts'
import type { ApiDeps } from '../../deps.ts'
import { PAGE_BYTES_MAX } from '../../shapes/cursor.ts'
import { presentCure, presentWebhook } from '../../shapes/present.ts'

const NEWEST = { limit: 5, after: null, bytesMax: PAGE_BYTES_MAX }

type Shower = (webhook: Webhook) => Promise<ReturnType<typeof presentWebhook>>

export function webhookShower(
  { store, clock }: Pick<ApiDeps, 'store' | 'clock'>,
  reader: CureContext['reader'],
): Shower {
  return async (webhook) => {
    const attempt = await tellingAttempt(store, webhook)
    return presentWebhook(webhook, clock.now(), presentCure({ attempt, webhook, reader }))
  }
}

/** Of one that is well nothing is read: most are. Undefined: there is nothing to cure. */
async function tellingAttempt(
  store: ApiDeps['store'],
  { health }: Webhook,
): Promise<Parameters<typeof presentCure>[0]['attempt']> {
  const { failingSince, lastFailureBy, lastNote } = health
  if (failingSince === null) return isDoubtful(lastNote) ? doubtful(health) : undefined
  if (lastFailureBy === null) return undefined
  const failed = await failuresOf(store, lastFailureBy)
  // As for its health: a fault of ours, like a stop of this server, says nothing of the endpoint.
  return failed.find(({ errorCode }) => isOfEndpoint(errorCode)) ?? failed[0]
}

/** What to do about the last failure of each of these deliveries of a webhook. */
export async function curesOfFailures(
  store: ApiDeps['store'],
  webhookId: string,
  { deliveryIds, reader }: { deliveryIds: readonly string[]; reader: CureContext['reader'] },
): Promise<(Cure | null)[]> {
  const webhook = deliveryIds.length === 0 ? null : await store.getWebhook(webhookId)
  const cureOfLast = async (id: string) => {
    const [attempt] = await failuresOf(store, id)
    return presentCure({ attempt, webhook, reader })
  }
  return Promise.all(deliveryIds.map(cureOfLast))
}

/** The newest first, and nothing beside them: of a page of webhooks that fail, all are read at once. */
async function failuresOf(store: ApiDeps['store'], deliveryId: string): Promise<Attempt[]> {
  const { rows } = await store.readPage('attempts', { deliveryId }, NEWEST)
  return rows.filter(({ result }) => result === 'failed')
}

function doubtful({ lastSuccessAt, lastNote }: Webhook['health']) {
  const answer = {
    status: 200,
    responseHeaders: {},
    responseBody: '',
    errorCode: null,
    error: null,
  }
  const result: Attempt['result'] = 'delivered'
  return { ...answer, result, note: lastNote, startedAt: lastSuccessAt ?? 0 }
}
