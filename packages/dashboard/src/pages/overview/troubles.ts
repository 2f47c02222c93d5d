/** What wants somebody: webhooks that don't get what they should, and those of which something was given up. */
import type { GivenUp, GivenUpOfWebhook, Webhook } from '../../api/schema.ts'
import { webhookCondition } from '../../ui/status-badge.tsx'

/** The worst first. */
export const TROUBLES = [
  'disabled',
  'failing',
  'givenUp',
  'resting',
  'paused',
  // It works, but its last answer leaves a doubt, such as a web page.
  'doubtful',
] as const
type TroubleKind = (typeof TROUBLES)[number]

export interface Trouble {
  kind: TroubleKind
  webhookId: string
  chatbotId: string
  /** Null: it works again; it is told for what was given up. */
  webhook: Webhook | null
  /** Null: nothing of it. */
  givenUp: GivenUpOfWebhook | null
}

export function troublesOf(webhooks: readonly Webhook[], { webhooks: given }: GivenUp): Trouble[] {
  const left = new Map(given.map((each) => [each.webhookId, each]))
  const troubled = webhooks.flatMap((webhook): Trouble[] => {
    const { id: webhookId, chatbotId } = webhook
    const condition = webhookCondition(webhook)
    const kind = TROUBLES.find((each) => each === condition)
    const givenUp = left.get(webhookId) ?? null
    return kind === undefined ? [] : [{ kind, webhookId, chatbotId, webhook, givenUp }]
  })
  for (const { webhookId } of troubled) left.delete(webhookId)
  const others = [...left.values()].map((givenUp): Trouble => {
    const { webhookId, chatbotId } = givenUp
    return { kind: 'givenUp', webhookId, chatbotId, webhook: null, givenUp }
  })
  const rank = ({ kind }: Trouble) => TROUBLES.indexOf(kind)
  return [...troubled, ...others].sort((one, other) => rank(one) - rank(other))
}

interface TroubledChatbot {
  chatbotId: string
  /** Webhooks, but for what was given up: that is deliveries. */
  counts: Record<TroubleKind, number>
}

/** With one disabled webhook it is worse than with two that fail; of the same, more is worse. */
export function rankChatbots(troubles: readonly Trouble[]): TroubledChatbot[] {
  const found = new Map<string, TroubledChatbot>()
  for (const { kind, chatbotId, givenUp } of troubles) {
    const counts = { disabled: 0, failing: 0, givenUp: 0, resting: 0, paused: 0, doubtful: 0 }
    const ranked = found.get(chatbotId) ?? { chatbotId, counts }
    if (kind !== 'givenUp') ranked.counts[kind] += 1
    ranked.counts.givenUp += givenUp?.count ?? 0
    found.set(chatbotId, ranked)
  }
  return [...found.values()].sort((one, other) => {
    const kind = TROUBLES.find((each) => one.counts[each] !== other.counts[each])
    return kind === undefined ? 0 : other.counts[kind] - one.counts[kind]
  })
}
