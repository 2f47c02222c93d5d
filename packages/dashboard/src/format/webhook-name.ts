import type { Webhook } from '../api/schema.ts'
import { texts } from '../texts/texts.ts'

/** Its URL; of one that is listened to, which has none, where its deliveries go. */
export function webhookName({ kind, url }: Pick<Webhook, 'kind' | 'url'>): string {
  return kind === 'listen' ? texts.webhooks.listenedTo : url
}
