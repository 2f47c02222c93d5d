export type {
  AgentBody,
  AgentLeadEvent,
  CustomEvent,
  DeliveryNotice,
  EventBody,
  EventLeadEvent,
  EventPayloads,
  Format,
  GuideBody,
  KnownEvent,
  LeadConsent,
  LeadContext,
  LeadData,
  LeadEventType,
  LeadMore,
  LeadPayload,
  LeadSubmitEvent,
  WebhookEvent,
  WebhookNotice,
} from './event.ts'
export { isLeadEvent, leadOf } from './event.ts'
export type {
  EventContext,
  EventHandler,
  EventHandlers,
  HandlerOptions,
  WebhookAnswer,
  WebhookRequest,
} from './handler.ts'
export { createHandler } from './handler.ts'
export type { RequestHeaders } from './headers.ts'
export type { SeenStore } from './seen.ts'
export { rememberIds } from './seen.ts'
export type { SignatureErrorCode } from './signature-error.ts'
export { SignatureError } from './signature-error.ts'
export type { RawBody, Secrets, VerifyOptions } from './verify.ts'
export { verify } from './verify.ts'
