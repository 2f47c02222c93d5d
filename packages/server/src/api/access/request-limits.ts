/**
 * Who may ask how often: one place for every rate, each with its reason. Limits are this process's
 * own: a server of N nodes lets through up to N times as much, and no request waits for a database
 * only to be counted.
 */
import type { Clock } from '../../clock.ts'
import type { Metrics, RefusalReason } from '../../metrics.ts'
import { addressKey } from '../server/address-key.ts'
import { apiError } from '../shapes/error-answer.ts'
import { createRateLimit, type Rate, type RateLimit, type Standing } from './rate-limit.ts'

/**
 * Behind one address there may be a school, a fair or a mobile network: limits by address let a
 * room full of visitors through. What holds off a flood from many addresses are those by origin and
 * by chatbot; they hurt only that chatbot.
 */
export const RATES = {
  /** Wrong keys, by address. */
  failedKeys: { perMinute: 30, burst: 100 },
  /** Whatever concerns the widget, by address: before anything is looked up. */
  widgetAddress: { perMinute: 300, burst: 300 },
  conversationsAddress: { perMinute: 60, burst: 120 },
  conversationsOrigin: { perMinute: 1_200, burst: 1_200 },
  conversationsChatbot: { perMinute: 2_400, burst: 2_400 },
  leadsConversation: { perMinute: 1, burst: 5 },
  leadsAddress: { perMinute: 20, burst: 30 },
  leadsOrigin: { perMinute: 300, burst: 300 },
  leadsChatbot: { perMinute: 600, burst: 600 },
} as const satisfies Record<string, Rate>

/** A key's burst, in seconds of its rate. */
export const KEY_BURST_SECONDS = 10

export interface WidgetCaller {
  chatbotId: string
  origin: string
  address: string | undefined
}

/** Each throws a 429 that says when to come again. */
export interface RequestLimits {
  authFailures: {
    /** Counts a key that was refused. */
    tell(address: string | undefined): void
    /** Counts nothing. */
    check(address: string | undefined): void
  }
  /** `keyId` names a key that is genuine: strangers must not be able to invent them. */
  request(keyId: string): void
  /** What a key may still send; null: as much as it likes. */
  standingOf(keyId: string): Standing | null
  widgetRequest(address: string | undefined): void
  conversation(caller: WidgetCaller): void
  /** Whatever claims to be a lead: charged to its address alone. */
  leadRequest(caller: WidgetCaller): void
  /** What holds a good token and a filled form: charged to its origin and its chatbot. */
  lead(caller: WidgetCaller): void
  leadOf(conversationId: string): void
}

interface RequestLimitsOptions {
  clock: Pick<Clock, 'monotonic'>
  metrics: Pick<Metrics, 'requestRefused'>
  /** Requests a second; null: no limit. */
  ratePerKey: number | null
}

export function createRequestLimits(options: RequestLimitsOptions): RequestLimits {
  const { clock, metrics, ratePerKey } = options
  const limit = (rate: Rate) => createRateLimit({ ...rate, clock })
  const refuseAfter = (waitMs: number, reason: RefusalReason) => {
    if (waitMs > 0) throw refusal(waitMs, reason, metrics)
  }
  const take = (from: RateLimit, key: string, reason: RefusalReason) =>
    refuseAfter(from.take(key), reason)
  const failedKeys = limit(RATES.failedKeys)
  const keys = ratePerKey === null ? null : limit(keyRate(ratePerKey))
  const widgetAddress = limit(RATES.widgetAddress)
  const leadsConversation = limit(RATES.leadsConversation)
  const byAddress = (rate: Rate) => {
    const addresses = limit(rate)
    return ({ address, chatbotId }: WidgetCaller) =>
      take(addresses, `${addressKey(address)} ${chatbotId}`, 'address_rate')
  }
  const byPage = (origin: Rate, chatbot: Rate) => {
    const [origins, chatbots] = [limit(origin), limit(chatbot)]
    return (caller: WidgetCaller) => {
      take(origins, `${caller.chatbotId} ${caller.origin}`, 'origin_rate')
      take(chatbots, caller.chatbotId, 'chatbot_rate')
    }
  }
  const conversationsAddress = byAddress(RATES.conversationsAddress)
  const conversationsPage = byPage(RATES.conversationsOrigin, RATES.conversationsChatbot)
  return {
    authFailures: {
      tell: (address) => take(failedKeys, addressKey(address), 'failed_keys'),
      check: (address) => refuseAfter(failedKeys.waitMs(addressKey(address)), 'failed_keys'),
    },
    request(keyId) {
      if (keys) take(keys, keyId, 'key_rate')
    },
    standingOf: (keyId) => keys?.standing(keyId) ?? null,
    widgetRequest: (address) => take(widgetAddress, addressKey(address), 'address_rate'),
    conversation(caller) {
      // From narrow to wide: what one sender has too much of is not charged to all the others.
      conversationsAddress(caller)
      conversationsPage(caller)
    },
    leadRequest: byAddress(RATES.leadsAddress),
    lead: byPage(RATES.leadsOrigin, RATES.leadsChatbot),
    leadOf: (conversationId) => take(leadsConversation, conversationId, 'conversation_rate'),
  }
}

function keyRate(perSecond: number): Rate {
  return { perMinute: perSecond * 60, burst: perSecond * KEY_BURST_SECONDS }
}

function refusal(waitMs: number, reason: RefusalReason, metrics: Pick<Metrics, 'requestRefused'>) {
  metrics.requestRefused(reason)
  const retryAfterSeconds = Math.ceil(waitMs / 1_000)
  return apiError('rate_limited', MESSAGES[reason] ?? undefined, { retryAfterSeconds })
}

const MESSAGES: Partial<Record<RefusalReason, string>> = {
  failed_keys: 'Too many wrong keys came from this address',
  key_rate: 'This key has sent more requests than RATE_LIMIT_PER_KEY allows',
}
