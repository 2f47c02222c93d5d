/** A webhook with what to do about its last failure, or about a success that is doubtful. */
import type { CureContext } from '../../../cure.ts'
import { type Attempt, isDoubtful } from '../../../delivery.ts'
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
  // Its newest attempts and nothing beside them: of a page of webhooks that fail, all are read at once.
  const { rows } = await store.readPage('attempts', { deliveryId: lastFailureBy }, NEWEST)
  const failed = rows.filter(({ result }) => result === 'failed')
  // As for its health: a fault of ours, like a stop of this server, says nothing of the endpoint.
  return failed.find(({ errorCode }) => errorCode !== 'our_fault') ?? failed[0]
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
