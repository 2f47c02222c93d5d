/** A webhook with what to do about its last failure, or about a success that is doubtful. */
import type { Cure, CureContext } from '../../../cure.ts'
import { type Attempt, isDoubtful } from '../../../delivery.ts'
import type { DeliveryDetail } from '../../../store/desk.ts'
import type { Webhook } from '../../../webhook.ts'
import type { ApiDeps } from '../../deps.ts'
import { presentCure, presentWebhook } from '../../shapes/present.ts'

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
  return lastFailureBy === null ? undefined : lastFailureOf(await store.getDelivery(lastFailureBy))
}

/** What to do about the last failure of each of these deliveries. */
export function curesOfFailures(
  store: ApiDeps['store'],
  deliveryIds: readonly string[],
  reader: CureContext['reader'],
): Promise<(Cure | null)[]> {
  const cureOf = async (id: string) => {
    const detail = await store.getDelivery(id)
    if (detail === null) return null
    return presentCure({ attempt: lastFailureOf(detail), webhook: detail.webhook, reader })
  }
  return Promise.all(deliveryIds.map(cureOf))
}

function lastFailureOf(detail: DeliveryDetail | null): Attempt | undefined {
  return detail?.attempts.findLast(({ result }) => result === 'failed')
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
