import type { ApiFailure } from '../../api/api-failure.ts'
import type { WebhookDraft, WebhookFaults } from './webhook-draft.ts'

export interface WebhookFieldsProps {
  draft: WebhookDraft
  /** Whose last event a preview is of. */
  chatbotId: string
  /** Null: it is being made. */
  webhookId: string | null
  /** Somebody tried to save: now every fault is told. */
  isTold: boolean
  /** What the server said of it. */
  failure: ApiFailure | null
  onChange(part: Partial<WebhookDraft>): void
}

/** Of one of the fields. */
export interface PartProps extends WebhookFieldsProps {
  faults: WebhookFaults
}
