import type { Delivery, Webhook } from '../api/schema.ts'
import { texts } from '../texts/texts.ts'

/** In place of a URL where a webhook is listened to; nobody can send there. */
const LISTEN_URL = 'listen:'
/** Where `chatzuri listen` hands on to in our examples. */
export const LOCAL_URL = 'http://localhost:3000/hook'

/** Its URL; of one that is listened to, which has none, where its deliveries go. */
export function webhookName({ kind, url }: Pick<Webhook, 'kind' | 'url'>): string {
  return kind === 'listen' ? texts.webhooks.listenedTo : url
}

export function isListenUrl(url: string): boolean {
  return url === LISTEN_URL
}

/** Where a delivery goes, or went: of what is deleted it is said. */
export function deliveryTarget({ webhook, webhookId }: Pick<Delivery, 'webhook' | 'webhookId'>) {
  const { url, state } = webhook
  const name = url === null ? webhookId : isListenUrl(url) ? texts.webhooks.listenedTo : url
  return state === 'deleted' ? texts.deliveries.deletedTarget(name) : name
}
