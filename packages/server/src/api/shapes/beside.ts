import type { Clock } from '../../clock.ts'
import type { Desk } from '../../store/desk.ts'
import type { Beside } from './present.ts'

interface BesideParts {
  store: Pick<Desk, 'glimpseWebhooks'>
  config: { retryScheduleMs: readonly number[] }
  clock: Clock
}

/** Reads what these deliveries are shown with. */
export async function besideOf(
  { store, config, clock }: BesideParts,
  deliveries: readonly { webhookId: string }[],
): Promise<Beside> {
  const webhooks = await store.glimpseWebhooks(deliveries.map(({ webhookId }) => webhookId))
  return { webhooks, attemptsMax: config.retryScheduleMs.length, nowMs: clock.now() }
}
