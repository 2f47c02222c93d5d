/** What the API stands on: the rooms behind it, the world, its settings. `main.ts` gives it all. */
import type { Clock } from '../clock.ts'
import type { Attempt } from '../delivery.ts'
import type { Ids } from '../id.ts'
import type { LeadConsent, LeadExtras } from '../lead.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Fault, SendResult, SignedRequest, Unmade } from '../outcome.ts'
import type { Random } from '../random.ts'
import type { DeliveryDetail, Desk, NewAuditEntry } from '../store/desk.ts'
import type { Claim, RecordResult, Road } from '../store/road.ts'
import type { Webhook } from '../webhook.ts'
import type { BodyLimits } from './server/bodies/body-budget.ts'
import type { ConnectionLimits } from './server/connection-limits.ts'

type ApiStore = Desk & Pick<Road, 'onChange' | 'ping'>

/** All that the API needs of the other rooms and the world; `main.ts` gives it. */
export interface ApiDeps {
  /** The desk; of the road what is told of changes, and whether commits go through. */
  store: ApiStore
  /** Both check what a body means, and throw an `ApiError` for what they can't take. */
  ingest: {
    acceptLead(
      chatbotId: string,
      lead: LeadFields,
      idempotencyKey: string | null,
    ): Promise<{ leadId: string; conversationId: string; eventId: string }>
    acceptEvents(
      chatbotId: string,
      events: EventSource,
      options: { route: 'events' | 'events/batch'; idempotencyKey: string | null },
    ): Promise<{ eventIds: string[] }>
  }
  /** Sends one example now; null: no such webhook. Default type: the webhook's first. */
  sendTest(
    webhookId: string,
    eventType?: string,
  ): Promise<{ deliveryId: string; attempt: Attempt } | null>
  /** Who takes deliveries by asking for them. */
  listening: {
    join(
      webhookId: string,
      audit?: NewAuditEntry,
    ): Promise<{ listenerId: string; webhook: Webhook } | 'has_url' | null>
    pull(pull: {
      webhookId: string
      listenerId: string
      waitMs: number
      signal: AbortSignal
    }): Promise<Pulled | null>
    report(report: {
      webhookId: string
      listenerId: string
      deliveryId: string
      attemptNumber: number
      result: SendResult
    }): Promise<RecordResult>
    leave(webhookId: string, listenerId: string): Promise<boolean>
  }
  /** A listener's word, as our own request would have told it. */
  readReport(reported: Reported, at: { durationMs: number; nowMs: number }): SendResult
  /** What is sent, with the owner's own values masked; null: there is nothing left to send. */
  previewRequest(detail: DeliveryDetail): RequestPreview | null
  /** What would be sent by these settings; without a webhook, to nowhere and with an example's secret. */
  /** `isStored`: of what the webhook has, so it may be signed with its secret. */
  previewClaim(
    claim: ClaimToPreview,
    by: { webhook: Webhook | null; isStored: boolean },
  ): RequestPreview | Unmade
  /** Of a type that is known, as it is told; of another, a few words. */
  examplePayload(eventType: string): Record<string, unknown>
  /** One plain sentence. */
  explain(detail: DeliveryDetail): string
  /** The egress guard's word on an address, at set-up time. */
  checkUrl(url: URL): { reason: string; message: string } | null
  /** Deliveries are to be sent by hand: that need not wait for the clock. */
  onResending(): void
  generateSecret(): string
  /** Null: fine; else why not, as a sentence. */
  checkSecret(secret: string): string | null
  /** The dashboard's files, for paths that no route has, and what people get where nothing is (404). */
  site: {
    answer(request: {
      path: string
      accept: string
      acceptEncoding: string
      ifNoneMatch: string
    }): Promise<{
      statusCode: number
      headers: Record<string, string>
      body: Buffer | string
    } | null>
  }
  config: ApiConfig
  metrics: Metrics
  clock: Clock
  ids: Ids
  /** Of keys, sessions and links. */
  random: Random
  log: Log
  /** False while the server starts or stops. */
  isReady(): boolean
}

/** In their order; a large batch's are read one by one. */
export type EventSource = Iterable<NewEventInput> | AsyncIterable<NewEventInput>

interface NewEventInput {
  eventType: string
  payload: Record<string, unknown>
}

export interface LeadFields {
  conversationId?: string | null
  customerName?: string | null
  customerEmail?: string | null
  customerPhone?: string | null
  consent?: LeadConsent | null
  extras?: LeadExtras | null
}

/** Null: no such webhook. */
type Pulled =
  | {
      kind: 'requests'
      webhook: Webhook
      requests: { claim: Claim; request: SignedRequest }[]
    }
  | { kind: 'replaced' | 'lapsed' | 'busy' }

type Reported =
  | { kind: 'answered'; status: number; headers: Record<string, string>; body: string }
  | { kind: 'unreachable'; fault: Fault; message: string }

type ClaimToPreview = Pick<Claim, 'eventId' | 'chatbotId' | 'eventType' | 'payload' | 'shaped'>

interface RequestPreview {
  method: 'POST'
  url: string
  headers: Record<string, string>
  body: string
}

export interface ApiConfig {
  /** Without a trailing slash. */
  publicUrl: string
  adminKey: string
  version: string
  /** CIDRs whose `X-Forwarded-*` is believed. */
  trustedProxies: string[]
  /** Keys of 32 bytes each, the same on every node and after every start (main/server-keys.ts). */
  cursorKey: Buffer
  widgetKey: Buffer
  rootMarkKey: Buffer
  /** Requests a second; null: no limit. */
  ratePerKey: number | null
  connections: ConnectionLimits
  bodies: BodyLimits
  retryScheduleMs: number[]
  /** How long what is over is kept. */
  retentionMs: number
  webhooksMaxPerChatbot: number
  /** A server that only delivers answers who watches it, and nothing else. */
  healthOnly: boolean
}
