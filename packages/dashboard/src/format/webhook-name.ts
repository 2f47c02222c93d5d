import type { Webhook } from '../api/schema.ts'
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
