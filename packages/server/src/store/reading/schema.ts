/** The tables as queries for lists and charts see them: the same names in both stores. */
import type { DeliveryState } from '../../delivery.ts'
import type { Format } from '../../wants/shape.ts'
import type { BucketRow } from '../rules/search-buckets.ts'
import type { KeptBackRow, ShapeRow } from '../rules/shaped.ts'
import type { ApiKeyRow, AuditRow } from './access/access-rows.ts'
import type {
  AttemptRow,
  BulkRow,
  ChatbotRow,
  ConversationRow,
  DeliveryRow,
  ErasureRow,
  EventRow,
  LeadRow,
  RecoveryRow,
  WebhookRow,
} from './rows.ts'

export interface Schema {
  chatbots: ChatbotRow & { deleted_at: number | null }
  webhooks: WebhookRow
  deleted_webhooks: {
    id: string
    chatbot_id: string
    url: string
    deleted_at: number
    format: Format
  }
  conversations: ConversationRow
  /** Of other types than the lead's, and of erased leads. */
  events: EventRow
  /** A view over `claimed`, `waiting` and `finished`: for one delivery, never for a list. */
  deliveries: DeliveryRow
  /** Those that did not end their delivery. */
  attempts: AttemptRow & { seq: number; recorded_at: number }
  /** A view over `attempts` and those within `finished`. */
  all_attempts: AttemptRow
  leads: LeadRow
  bulk_actions: BulkRow
  search_buckets: BucketRow
  search_entries: { bucket: number; term: string; lead: string }
  search_pending: { lead: string }
  recoveries: RecoveryRow
  erasures: ErasureRow
  stats_minutes: StatsSums & { webhook_id: string; chatbot_id: string; minute: number }
  /** `scope`: a webhook, a chatbot or everything; the chatbot is empty for everything. */
  stats_rollups: StatsSums & { scope: string; step_ms: number; at: number; chatbot_id: string }
  changes: { seq: number; at: number; noun: 'delivery' | 'webhook'; id: string; chatbot_id: string }
  api_keys: ApiKeyRow
  audit_log: AuditRow
  shapes: ShapeRow
  kept_back: KeptBackRow
  meta: { key: string; value: string | number }
}

/** Sums of minutes; `at` is the step's beginning. */
export type StatsRow = StatsSums & { at: number }

/** No interface: published declarations spell it out where a query's type is inferred. */
type StatsSums = {
  accepted: number
  delivered: number
  exhausted: number
  cancelled: number
  attempts: number
  failed_attempts: number
  [latency: `latency_${number}`]: number
  latency_min: number | null
  latency_max: number | null
}

export interface StateCount {
  state: DeliveryState
  count: number
}
