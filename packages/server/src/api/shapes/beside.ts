import type { ApiDeps } from '../deps.ts'
import type { Beside } from './present.ts'

/** Reads what these deliveries are shown with. */
export async function besideOf(
  { store, config, clock }: Pick<ApiDeps, 'store' | 'config' | 'clock'>,
  deliveries: readonly { webhookId: string }[],
): Promise<Beside> {
  const webhooks = await store.glimpseWebhooks(deliveries.map(({ webhookId }) => webhookId))
  return { webhooks, attemptsMax: config.retryScheduleMs.length, nowMs: clock.now() }
}
