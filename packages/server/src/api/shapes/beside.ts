import type { Clock } from '../../clock.ts'
import type { Delivery } from '../../delivery.ts'
import { LEAD_EVENT_SPELLINGS } from '../../event.ts'
import type { Desk } from '../../store/desk.ts'
import type { Beside } from './present.ts'

interface BesideParts {
  store: Pick<Desk, 'glimpseWebhooks' | 'glimpseLeads'>
  config: { retryScheduleMs: readonly number[] }
  clock: Clock
}

/** Reads what these deliveries are shown with. */
export async function besideOf(
  { store, config, clock }: BesideParts,
  deliveries: readonly Pick<Delivery, 'webhookId' | 'eventId' | 'eventType' | 'kind'>[],
): Promise<Beside> {
  const ofLeads = deliveries.filter(
    ({ eventType, kind }) => kind === 'event' && LEAD_EVENT_SPELLINGS.includes(eventType),
  )
  const [webhooks, leads] = await Promise.all([
    store.glimpseWebhooks(deliveries.map(({ webhookId }) => webhookId)),
    store.glimpseLeads(ofLeads.map(({ eventId }) => eventId)),
  ])
  return { webhooks, leads, attemptsMax: config.retryScheduleMs.length, nowMs: clock.now() }
}
