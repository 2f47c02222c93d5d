/** The operations of the desk that both engines run as they are: one handler each, typed by name. */
import type { StateReason } from '../../../delivery.ts'
import type { ErasureReason } from '../../../lead.ts'
import type { NewAuditEntry } from '../../desk.ts'
import type { DeliveryRow } from '../../reading/rows.ts'
import type { BulkStep, BulkStepDone } from '../../rules/bulk.ts'
import * as access from './access.ts'
import { keepAudit, type Repeated } from './audit.ts'
import { createBulk, nextBulk, stopBulk } from './bulk.ts'
import { createChatbot, deleteChatbot, updateChatbot } from './chatbots.ts'
import { createRecovery, readClock } from './recoveries.ts'
import type { Steps } from './transaction.ts'
import * as webhooks from './webhooks.ts'

export const OPERATIONS = {
  createChatbot,
  updateChatbot,
  deleteChatbot,
  createWebhook: webhooks.createWebhook,
  updateWebhook: webhooks.updateWebhook,
  deleteWebhook: webhooks.deleteWebhook,
  rotateSecret: webhooks.rotateSecret,
  finishRotation: webhooks.finishRotation,
  setWebhookState: webhooks.setWebhookState,
  markWaiting: webhooks.markWaiting,
  setAside: webhooks.setAside,
  createApiKey: access.createApiKey,
  deleteApiKey: access.deleteApiKey,
  createOwnerLink: access.createOwnerLink,
  startSession: access.startSession,
  startSessionByLink: access.startSessionByLink,
  endSession: access.endSession,
  keepAudit,
  createRecovery,
  createBulk,
  stopBulk,
}

/** Of one statement each, which needs no transaction around it: with every request, or nearly. */
export const STATEMENTS = {
  findApiKey: access.findApiKey,
  touchApiKey: access.touchApiKey,
  findSession: access.findSession,
  touchSession: access.touchSession,
  readClock,
  nextBulk,
}

/** As the type below has them, whole. */
const OWN = {
  resend: true,
  cancel: true,
  sendEvent: true,
  bulkStep: true,
  eraseLead: true,
} satisfies Record<keyof OwnCalls, true>

export const CALL_NAMES = [
  ...(Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]),
  ...(Object.keys(STATEMENTS) as (keyof typeof STATEMENTS)[]),
  ...(Object.keys(OWN) as (keyof OwnCalls)[]),
]

/** These only read: they are answered also where nothing can be written. */
export const READING = ['findApiKey', 'findSession', 'readClock', 'nextBulk'] as const

type Shared = typeof OPERATIONS & typeof STATEMENTS
type Input<Name extends keyof Shared> = Parameters<Shared[Name]>[1]
type Output<Name extends keyof Shared> =
  ReturnType<Shared[Name]> extends Steps<infer Result> ? Result : never

export type SharedCalls = { [Name in keyof Shared]: (input: Input<Name>) => Output<Name> }

/** What each engine does in its own way, with the moves of its road. */
export interface OwnCalls {
  resend(deliveryId: string): DeliveryRow | 'wrong_state' | 'webhook_deleted' | 'erased' | null
  cancel(input: { deliveryId: string; reason: StateReason }): DeliveryRow | 'wrong_state' | null
  sendEvent(input: EventToSend): SendEventReply
  bulkStep(input: BulkStep): BulkStepDone
  eraseLead(input: { leadId: string; reason: ErasureReason }): boolean
}

export interface EventToSend {
  eventId: string
  webhookId: string
  /** A delivery that is over, in whose place another one goes out in the webhook's present shape. */
  insteadOf?: string
}

export type SendEventReply =
  | DeliveryRow
  | Repeated<{ deliveryId: string }>
  | 'event_not_found'
  | 'webhook_not_found'
  | 'erased'
  | 'is_test'
  | 'too_many'
  | 'wrong_state'

type DeskCalls = SharedCalls & OwnCalls

/** Each runs in a transaction, which keeps `audit` too if the change is made. */
export type Calls<List = DeskCalls> = {
  [Name in keyof List]: List[Name] extends (input: infer Given) => infer Result
    ? (input: Given, audit?: NewAuditEntry) => Promise<Result>
    : never
}
