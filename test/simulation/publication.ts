/** What an owner publishes, as often as it takes to be answered. */
export interface Publication {
  /** In the payload of each of its events, so that any body leads back here. */
  marker: string
  chatbotId: string
  /** Idempotency key, or null. */
  key: string | null
  kind: 'lead' | 'event' | 'batch'
  /** Payload texts, one for each event. */
  payloads: Record<string, unknown>[]
  /** What was answered first. */
  answer: string | null
  erased: boolean
}
