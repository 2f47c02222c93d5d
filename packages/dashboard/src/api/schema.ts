// Made by `npm run types` from the OpenAPI document; a test says when it is out of date.

export type AcceptedEvent = {
  eventId: string
}

export type AcceptedEvents = {
  eventIds: string[]
}

export type AcceptedLead = {
  leadId: string
  conversationId: string
  eventId: string
}

export type ApiKey = {
  id: string
  name: string
  chatbotId: string | null
  createdAt: string
  lastUsedAt: string | null
}

export type ApiKeyCreate = {
  name: string
  chatbotId?: string
}

export type ApiKeyList = {
  data: ApiKey[]
  nextCursor: string | null
}

export type Attempt = {
  id: string
  number: number
  startedAt: string
  durationMs: number
  result: 'delivered' | 'failed'
  status: number | null
  errorCode: string | null
  error: string | null
  responseHeaders: Record<string, string>
  responseBody: string
  note: 'acknowledged' | 'not_processed' | 'body_says_failed' | 'web_page' | null
}

export type AttemptList = {
  data: Attempt[]
  nextCursor: string | null
}

export type AuditEntry = {
  id: string
  at: string
  action:
    | 'chatbot.created'
    | 'chatbot.updated'
    | 'chatbot.deleted'
    | 'webhook.created'
    | 'webhook.updated'
    | 'webhook.deleted'
    | 'webhook.paused'
    | 'webhook.resumed'
    | 'webhook.listened'
    | 'webhook.secret_shown'
    | 'webhook.secret_rotated'
    | 'webhook.rotation_finished'
    | 'webhook.recovery_started'
    | 'webhook.waiting_sent'
    | 'webhook.set_aside'
    | 'delivery.resent'
    | 'delivery.cancelled'
    | 'event.sent'
    | 'deliveries.resent'
    | 'deliveries.cancelled'
    | 'webhook.backfilled'
    | 'bulk.stopped'
    | 'lead.erased'
    | 'lead.exported'
    | 'leads.exported'
    | 'key.created'
    | 'key.deleted'
    | 'owner_link.created'
    | 'session.started'
    | 'session.ended'
  actor: string
  sessionId: string | null
  chatbotId: string | null
  targetId: string | null
  fields: string[]
  address: string
}

export type AuditLog = {
  data: AuditEntry[]
  nextCursor: string | null
}

export type Backfill = {
  since: string
  until?: string
  eventTypes?: string[]
  ignoreFilter?: boolean
  dryRun?: boolean
}

export type BackfillStarted = {
  recoveryId: string | null
  count: number
  more: boolean
  since: string
}

export type BulkAction = {
  id: string
  action: 'resend' | 'cancel' | 'backfill'
  chatbotId: string | null
  webhookId: string | null
  total: number
  more: boolean
  done: number
  skipped: number
  stopped: boolean
  createdAt: string
  finishedAt: string | null
}

export type BulkActionList = {
  data: BulkAction[]
  nextCursor: string | null
}

export type BulkStarted = {
  recoveryId: string | null
  count: number
  more: boolean
}

export type Chatbot = {
  id: string
  name: string
  leadForm: LeadForm
  allowedOrigins: string[]
  createdAt: string
  updatedAt: string
}

export type ChatbotChange = {
  name?: string
  leadForm?: LeadForm
  allowedOrigins?: string[]
}

export type ChatbotCreate = {
  name: string
  leadForm?: LeadForm
  allowedOrigins?: string[]
}

export type ChatbotList = {
  data: Chatbot[]
  nextCursor: string | null
}

export type ChosenDeliveries = {
  ids?: string[]
  chatbotId?: string
  webhookId?: string
  eventId?: string
  eventType?: string
  state?: ('pending' | 'delivered' | 'exhausted' | 'parked' | 'cancelled')[]
  status?: string
  error?: string
  from?: string
  to?: string
  q?: string
  dryRun?: boolean
}

export type CollectedCustomer = {
  id: string
  created_at: string
  name: string
  email: string
  phone: string
  conversationId: string
}

export type CollectedCustomers = {
  collectedCustomers: CollectedCustomer[]
  data: CollectedCustomer[]
}

export type Consent = {
  given: boolean
  text: string
  at: string
  page: string
}

export type ConsentAnswer = {
  given: boolean
  page?: string
}

export type Conversation = {
  conversationId: string
  token: string
  name: string
  leadForm: LeadForm
}

export type ConversationCreate = Record<string, never>

export type ConversationOfLeads = {
  id: string
  created_at: string
  updated_at: string
  chatbot_id: string
  source: string
  messages: {
    role: string
    content: string
  }[]
}

export type ConversationsOfLeads = {
  data: ConversationOfLeads[]
}

export type CreatedApiKey = {
  id: string
  name: string
  chatbotId: string | null
  createdAt: string
  lastUsedAt: string | null
  key: string
}

export type CreatedWebhook = {
  id: string
  chatbotId: string
  kind: 'http' | 'listen'
  temporary: boolean
  url: string
  eventTypes: string[]
  description: string
  headers: Record<string, string>
  timeoutSeconds: number | null
  maxInFlight: number | null
  ratePerSecond: number | null
  metadata: Record<string, string>
  format: 'guide' | 'agent' | 'event' | 'slack' | 'teams' | 'discord' | 'google-chat' | 'template'
  template: string | null
  templateType: 'json' | 'form'
  include: ('custom' | 'context' | 'consent')[]
  filter: Record<string, unknown> | null
  state: 'active' | 'paused' | 'disabled' | 'away'
  stateReason: string | null
  health: {
    failingSince: string | null
    consecutiveFailures: number
    lastSuccessAt: string | null
    lastFailureAt: string | null
    lastFailure: string | null
    lastFailureBy: string | null
    lastNote: 'acknowledged' | 'not_processed' | 'body_says_failed' | 'web_page' | null
  }
  cure: Cure | null
  restingUntil: string | null
  restingReason: string | null
  overlapEndsAt: string | null
  createdAt: string
  updatedAt: string
  secret: string
}

export type Cure = {
  code: string
  cause: string
  text: string
  action: {
    kind: 'use-url'
    url: string
  } | null
}

export type Delivery = {
  id: string
  eventId: string
  webhookId: string
  webhook: {
    url: string | null
    state: 'active' | 'paused' | 'disabled' | 'away' | 'deleted'
    restingUntil: string | null
  }
  lead: {
    id: string
    customerName: string
    customerEmail: string
  } | null
  chatbotId: string
  eventType: string
  kind: 'event' | 'test'
  state: 'pending' | 'delivered' | 'exhausted' | 'parked' | 'cancelled'
  stateReason:
    | 'webhook_paused'
    | 'webhook_disabled'
    | 'listener_away'
    | 'webhook_deleted'
    | 'cancelled_by_owner'
    | 'lead_erased'
    | 'retention'
    | null
  isUnderWay: boolean
  attemptCount: number
  attemptsCharged: number
  attemptsMax: number
  nextAttemptAt: string | null
  lastStatus: number | null
  lastError: string | null
  lastNote: 'acknowledged' | 'not_processed' | 'body_says_failed' | 'web_page' | null
  durationMs: number | null
  createdAt: string
  finishedAt: string | null
  updatedAt: string
}

export type DeliveryDetail = {
  id: string
  eventId: string
  webhookId: string
  webhook: {
    url: string | null
    state: 'active' | 'paused' | 'disabled' | 'away' | 'deleted'
    restingUntil: string | null
  }
  lead: {
    id: string
    customerName: string
    customerEmail: string
  } | null
  chatbotId: string
  eventType: string
  kind: 'event' | 'test'
  state: 'pending' | 'delivered' | 'exhausted' | 'parked' | 'cancelled'
  stateReason:
    | 'webhook_paused'
    | 'webhook_disabled'
    | 'listener_away'
    | 'webhook_deleted'
    | 'cancelled_by_owner'
    | 'lead_erased'
    | 'retention'
    | null
  isUnderWay: boolean
  attemptCount: number
  attemptsCharged: number
  attemptsMax: number
  nextAttemptAt: string | null
  lastStatus: number | null
  lastError: string | null
  lastNote: 'acknowledged' | 'not_processed' | 'body_says_failed' | 'web_page' | null
  durationMs: number | null
  createdAt: string
  finishedAt: string | null
  updatedAt: string
  attempts: Attempt[]
  request: {
    method: 'POST'
    url: string
    headers: Record<string, string>
    body: string
  } | null
  shapeChanged: boolean
  explanation: string
  cure: Cure | null
}

export type DeliveryList = {
  data: Delivery[]
  nextCursor: string | null
}

export type Erasure = {
  id: string
  leadId: string
  chatbotId: string
  eventId: string
  reason: 'request' | 'retention' | 'chatbot_deleted'
  erasedAt: string
}

export type ErasureList = {
  data: Erasure[]
  nextCursor: string | null
}

export type Error = {
  statusCode: number
  code: string
  error: string
  message: string
  details?: {
    path: string
    message: string
  }[]
  requestId: string
  id?: string
  changed?: {
    at: string | null
    by: string | null
    name: string | null
    you: boolean
  }
}

export type ErrorGroup = {
  status: number | null
  error: string
  count: number
  givenUp: number
  retrying: number
  onHold: number
  firstAt: string
  lastAt: string
  deliveryId: string
  cure: Cure | null
}

export type Event = {
  id: string
  chatbotId: string
  eventType: string
  payload: Record<string, unknown> | null
  erased: boolean
  createdAt: string
  deliveries: Delivery[]
  keptBack: {
    webhookId: string
    reason: string
  }[]
}

export type EventBatch = {
  events: EventCreate[]
}

export type EventCreate = {
  eventType: string
  payload: Record<string, unknown>
}

export type EventList = {
  data: ListedEvent[]
  nextCursor: string | null
}

export type EventToSend = {
  webhookId: string
}

export type EventType = {
  name: string
  description: string
  schema: Record<string, unknown>
  example: Record<string, unknown>
}

export type EventTypeList = {
  data: EventType[]
  nextCursor: string | null
}

export type GetConversations = {
  chatbotId?: string
  startDate?: string
  endDate?: string
  page?: number
  size?: number
  filteredSources?: string | string[]
}

export type GetLeads = {
  chatbotId?: string
  startDate?: string
  endDate?: string
  page?: number
  size?: number
}

export type GivenConsent = {
  given: boolean
  text: string
  page?: string
}

export type GivenUp = {
  count: number
  more: boolean
  webhooks: GivenUpOfWebhook[]
  moreWebhooks: boolean
}

export type GivenUpOfWebhook = {
  webhookId: string
  chatbotId: string
  kind: 'http' | 'listen'
  url: string
  count: number
  more: boolean
  oldestAt: string
  newestAt: string
  setAsideUntil: string | null
}

export type Lead = {
  id: string
  chatbotId: string
  conversationId: string
  eventId: string
  customerName: string
  customerEmail: string
  customerPhone: string
  deliveries: LeadDeliveries
  consent: Consent | null
  channel: string
  custom: Record<string, string | number | boolean>
  context: LeadContext
  createdAt: string
}

export type LeadContext = {
  page: string
  title: string
  referrer: string
  utm: {
    source: string
    medium: string
    campaign: string
    term: string
    content: string
  }
  language: string
  timeZone: string
} | null

export type LeadCreate = {
  conversationId?: string | null
  customerName?: string | null
  customerEmail?: string | null
  customerPhone?: string | null
  custom?: Record<string, string | number | boolean>
  context?: {
    page?: string
    title?: string
    referrer?: string
    utm?: {
      source?: string
      medium?: string
      campaign?: string
      term?: string
      content?: string
    }
    language?: string
    timeZone?: string
  }
  channel?: string
  consent?: GivenConsent
}

export type LeadDeliveries = {
  state: 'exhausted' | 'retrying' | 'parked' | 'pending' | 'delivered' | 'cancelled' | null
  pending: number
  retrying: number
  delivered: number
  doubted: number
  exhausted: number
  parked: number
  cancelled: number
}

export type LeadExport = {
  exportedAt: string
  lead: Lead
  conversation: {
    id: string
    createdAt: string
  } | null
  event: {
    id: string
    eventType: string
    payload: Record<string, unknown>
    createdAt: string
  } | null
  deliveries: {
    id: string
    eventId: string
    webhookId: string
    webhook: {
      url: string | null
      state: 'active' | 'paused' | 'disabled' | 'away' | 'deleted'
      restingUntil: string | null
    }
    lead: {
      id: string
      customerName: string
      customerEmail: string
    } | null
    chatbotId: string
    eventType: string
    kind: 'event' | 'test'
    state: 'pending' | 'delivered' | 'exhausted' | 'parked' | 'cancelled'
    stateReason:
      | 'webhook_paused'
      | 'webhook_disabled'
      | 'listener_away'
      | 'webhook_deleted'
      | 'cancelled_by_owner'
      | 'lead_erased'
      | 'retention'
      | null
    isUnderWay: boolean
    attemptCount: number
    attemptsCharged: number
    attemptsMax: number
    nextAttemptAt: string | null
    lastStatus: number | null
    lastError: string | null
    lastNote: 'acknowledged' | 'not_processed' | 'body_says_failed' | 'web_page' | null
    durationMs: number | null
    createdAt: string
    finishedAt: string | null
    updatedAt: string
    receiver: Receiver
    sentBody: string | null
    firstSentAt: string | null
    lastSentAt: string | null
    attempts: Attempt[]
  }[]
}

export type LeadForm = {
  fields: LeadFormField[]
  greeting: string
  thanks: string
  consent?: string
  consentRequired?: boolean
  pageQuery?: boolean
  color?: string
}

export type LeadFormField = {
  name: string
  label: string
  required?: boolean
  type?: 'text' | 'choice' | 'checkbox' | 'number' | 'date' | 'message'
  options?: string[]
}

export type LeadList = {
  data: Lead[]
  nextCursor: string | null
}

export type LeadStats = {
  from: string
  to: string
  count: number
  more: boolean
  chatbots: {
    chatbotId: string
    name: string
    count: number
  }[]
  moreChatbots: boolean
  sampled: number
  states: {
    exhausted: number
    retrying: number
    parked: number
    pending: number
    delivered: number
    cancelled: number
    none: number
  }
}

export type ListedEvent = {
  id: string
  chatbotId: string
  eventType: string
  payload: Record<string, unknown> | null
  erased: boolean
  createdAt: string
}

export type ListenerCreate = {
  eventTypes: string[]
  description?: string
  secret?: string
  temporary?: boolean
}

export type ListenerReport = {
  listenerId: string
  deliveryId: string
  attemptNumber: number
  durationMs: number
  result:
    | {
        kind: 'answered'
        status: number
        headers: Record<string, string>
        body: string
      }
    | {
        kind: 'unreachable'
        fault: 'dns' | 'connect' | 'tls' | 'timeout' | 'reset' | 'protocol'
        message: string
      }
}

export type ListenerReported = {
  recorded: boolean
  state: 'pending' | 'delivered' | 'exhausted' | 'parked' | 'cancelled' | null
  nextAttemptInMs: number | null
}

export type Listening = {
  listenerId: string
  webhook: Webhook
}

export type OwnerLink = {
  url: string
  expiresAt: string
}

export type OwnerLinkCreate = {
  chatbotId: string
  expiresInSeconds?: number
}

export type Preview = {
  webhookId?: string
  eventTypes?: string[]
  format?: 'guide' | 'agent' | 'event' | 'slack' | 'teams' | 'discord' | 'google-chat' | 'template'
  template?: string | null
  templateType?: 'json' | 'form'
  filter?: Record<string, unknown> | null
  include?: ('custom' | 'context' | 'consent')[]
  eventId?: string
  lastEvents?: number
}

export type PreviewResult = {
  sent: boolean
  why: string
  example: boolean
  headers: Record<string, string>
  body: string
  matched?: number
  of?: number
  examples?: {
    eventId: string
    sent: boolean
    why: string
  }[]
}

export type Pull = {
  listenerId: string
  waitSeconds?: number
}

export type Pulled = {
  state: 'active' | 'paused' | 'disabled' | 'away'
  stateReason: string | null
  data: {
    deliveryId: string
    eventId: string
    eventType: string
    attemptNumber: number
    headers: Record<string, string>
    body: string
    timeoutSeconds: number
  }[]
}

export type Receiver = {
  webhookId: string
  host: string | null
}

export type Recovery = {
  id: string
  webhookId: string | null
  since: string | null
  until: string | null
  states: ('delivered' | 'exhausted' | 'cancelled')[]
  total: number
  done: number
  createdAt: string
  finishedAt: string | null
}

export type RecoveryCreate = {
  since: string
  until?: string
  states?: ('delivered' | 'exhausted' | 'cancelled')[]
  status?: number
  error?: string
  dryRun?: boolean
}

export type RecoveryStarted = {
  recoveryId: string | null
  count: number
}

export type Resend = {
  shape?: 'current'
}

export type SecretRotation = {
  secret?: string
  overlapHours?: number
}

export type SentEvent = {
  deliveryId: string
}

export type Session = {
  kind: 'operator' | 'chatbot'
  chatbotId: string | null
  expiresAt: string
}

export type SetAside = {
  until?: string
}

export type SetAsideDone = {
  count: number
  more: boolean
  setAsideUntil: string
}

export type SignIn = {
  key?: string
  link?: string
}

export type Stats = {
  from: string
  to: string
  step: '1m' | '5m' | '15m' | '1h' | '6h' | '1d'
  current: {
    pending: number
    parked: number
  }
  totals: {
    accepted: number
    delivered: number
    exhausted: number
    cancelled: number
    attempts: number
    failedAttempts: number
    latencyMs: {
      p50: number
      p95: number
      p99: number
    } | null
  }
  series: {
    at: string
    accepted: number
    delivered: number
    exhausted: number
    cancelled: number
    attempts: number
    failedAttempts: number
    latencyMs: {
      p50: number
      p95: number
      p99: number
    } | null
  }[]
}

export type Status = {
  status: 'ok'
}

export type Subscription = {
  id: string
  chatbotId: string
  kind: 'http' | 'listen'
  temporary: boolean
  url: string
  eventTypes: string[]
  description: string
  headers: Record<string, string>
  timeoutSeconds: number | null
  maxInFlight: number | null
  ratePerSecond: number | null
  metadata: Record<string, string>
  format: 'guide' | 'agent' | 'event' | 'slack' | 'teams' | 'discord' | 'google-chat' | 'template'
  template: string | null
  templateType: 'json' | 'form'
  include: ('custom' | 'context' | 'consent')[]
  filter: Record<string, unknown> | null
  state: 'active' | 'paused' | 'disabled' | 'away'
  stateReason: string | null
  health: {
    failingSince: string | null
    consecutiveFailures: number
    lastSuccessAt: string | null
    lastFailureAt: string | null
    lastFailure: string | null
    lastFailureBy: string | null
    lastNote: 'acknowledged' | 'not_processed' | 'body_says_failed' | 'web_page' | null
  }
  cure: Cure | null
  restingUntil: string | null
  restingReason: string | null
  overlapEndsAt: string | null
  createdAt: string
  updatedAt: string
  secret: string
  endpoint: string
  events: string[]
}

export type SubscriptionCreate = {
  chatbotId?: string
  endpoint: string
  events: string[]
}

export type WaitingSent = {
  count: number
}

export type Webhook = {
  id: string
  chatbotId: string
  kind: 'http' | 'listen'
  temporary: boolean
  url: string
  eventTypes: string[]
  description: string
  headers: Record<string, string>
  timeoutSeconds: number | null
  maxInFlight: number | null
  ratePerSecond: number | null
  metadata: Record<string, string>
  format: 'guide' | 'agent' | 'event' | 'slack' | 'teams' | 'discord' | 'google-chat' | 'template'
  template: string | null
  templateType: 'json' | 'form'
  include: ('custom' | 'context' | 'consent')[]
  filter: Record<string, unknown> | null
  state: 'active' | 'paused' | 'disabled' | 'away'
  stateReason: string | null
  health: {
    failingSince: string | null
    consecutiveFailures: number
    lastSuccessAt: string | null
    lastFailureAt: string | null
    lastFailure: string | null
    lastFailureBy: string | null
    lastNote: 'acknowledged' | 'not_processed' | 'body_says_failed' | 'web_page' | null
  }
  cure: Cure | null
  restingUntil: string | null
  restingReason: string | null
  overlapEndsAt: string | null
  createdAt: string
  updatedAt: string
}

export type WebhookChange = {
  url?: string
  eventTypes?: string[]
  description?: string
  headers?: Record<string, string>
  timeoutSeconds?: number | null
  maxInFlight?: number | null
  ratePerSecond?: number | null
  metadata?: Record<string, string>
  format?: 'guide' | 'agent' | 'event' | 'slack' | 'teams' | 'discord' | 'google-chat' | 'template'
  template?: string | null
  templateType?: 'json' | 'form'
  include?: ('custom' | 'context' | 'consent')[]
  filter?: Record<string, unknown> | null
}

export type WebhookCreate = {
  url: string
  eventTypes: string[]
  description?: string
  headers?: Record<string, string>
  timeoutSeconds?: number | null
  maxInFlight?: number | null
  ratePerSecond?: number | null
  metadata?: Record<string, string>
  format?: 'guide' | 'agent' | 'event' | 'slack' | 'teams' | 'discord' | 'google-chat' | 'template'
  template?: string | null
  templateType?: 'json' | 'form'
  include?: ('custom' | 'context' | 'consent')[]
  filter?: Record<string, unknown> | null
  secret?: string
}

export type WebhookHealthDetail = {
  webhookId: string
  from: string
  to: string
  attempts: number
  failedAttempts: number
  delivered: number
  successRate: number | null
  latencyMs: {
    p50: number
    p95: number
    p99: number
  } | null
  series: {
    at: string
    attempts: number
    failedAttempts: number
    delivered: number
  }[]
  waiting: {
    fresh: number
    retrying: number
    onHold: number
    more: boolean
  }
  keptBack: {
    count: number
    more: boolean
  }
  givenUp: {
    count: number
    more: boolean
    oldestAt: string | null
    newestAt: string | null
  }
  errors: ErrorGroup[]
  moreErrors: boolean
  lastDelivered: Delivery[]
  lastFailed: Delivery[]
}

export type WebhookList = {
  data: Webhook[]
  nextCursor: string | null
}

export type WebhookSecret = {
  secret: string
  previousSecret?: string
  overlapEndsAt?: string
}

export type WebhookStats = {
  webhookId: string
  attempts: number
  failedAttempts: number
  delivered: number
  successRate: number | null
  latencyMs: {
    p50: number
    p95: number
    p99: number
  } | null
  series: {
    at: string
    attempts: number
    failedAttempts: number
    delivered: number
  }[]
  givenUp: {
    count: number
    more: boolean
  }
}

export type WebhookStatsList = {
  data: WebhookStats[]
  nextCursor: string | null
}

export type WebhookTest = {
  eventType?: string
}

export type WebhookTestResult = {
  deliveryId: string
  startedAt: string
  durationMs: number
  result: 'delivered' | 'failed'
  status: number | null
  errorCode: string | null
  error: string | null
  responseHeaders: Record<string, string>
  responseBody: string
  note: 'acknowledged' | 'not_processed' | 'body_says_failed' | 'web_page' | null
  cure: Cure | null
}

export type WidgetAccepted = {
  accepted: true
}

export type WidgetLead = {
  token: string
  customerName?: string | null
  customerEmail?: string | null
  customerPhone?: string | null
  consent?: ConsentAnswer
  custom?: Record<string, unknown>
  context?: Record<string, unknown>
  website?: string | null
}
