/**
 * The desk over an engine: written once for both. It seals, maps rows to nouns and passes audit
 * entries; below it an engine runs typed operations (operations/) and queries (reading/).
 */
import type { Desk } from '../desk.ts'
import { createReads } from '../reading/reads.ts'
import { accessDesk } from './access.ts'
import { bulkDesk } from './bulk.ts'
import { chatbotDesk } from './chatbots.ts'
import { deliveryDesk } from './deliveries.ts'
import type { DeskParts } from './parts.ts'
import { webhookDesk } from './webhooks.ts'

/** But for `useKeys`: where the present key is noted is the engine's. */
export function createDesk(parts: DeskParts): Omit<Desk, 'useKeys'> {
  return {
    ...chatbotDesk(parts),
    ...webhookDesk(parts),
    ...accessDesk(parts),
    ...deliveryDesk(parts),
    ...bulkDesk(parts),
    ...createReads(parts),
  }
}
