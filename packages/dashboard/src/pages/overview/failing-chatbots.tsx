/** For an operator: whose webhooks don't get what they should, the worst chatbot first. */
import { Link } from 'react-router'
import type { Webhook } from '../../api/schema.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { formatNumber } from '../../format/format.ts'
import { texts } from '../../texts/texts.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { webhookCondition } from '../../ui/status-badge.tsx'

const { failing: words } = texts.overview

/** The worst first: of two chatbots that with more of it is before the other. */
const KINDS = ['disabled', 'failing', 'resting', 'paused'] as const
type Kind = (typeof KINDS)[number]
const SHOWN = 8

export function FailingChatbots({ webhooks }: { webhooks: readonly Webhook[] }) {
  const { nameOf } = useChatbot()
  const ranked = rankChatbots(webhooks)
  if (ranked.length === 0) return null
  return (
    <Card title={words.title} description={words.intro} flush>
      <ul className="divide-y divide-line">
        {ranked.slice(0, SHOWN).map(({ chatbotId, counts }) => (
          <li
            key={chatbotId}
            className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3 sm:px-5"
          >
            <div className="min-w-0">
              <Link to={`/?chatbotId=${chatbotId}`} className="clipped font-medium hover:underline">
                {nameOf(chatbotId)}
              </Link>
              <p className="text-sm text-soft tabular">
                {KINDS.filter((kind) => counts[kind] > 0)
                  .map((kind) => words[kind](formatNumber(counts[kind])))
                  .join(' · ')}
              </p>
            </div>
            <ButtonLink size="sm" to={`/webhooks?chatbotId=${chatbotId}`}>
              {words.see}
            </ButtonLink>
          </li>
        ))}
      </ul>
      {ranked.length > SHOWN && (
        <p className="border-t border-line px-4 py-2.5 text-sm text-soft sm:px-5">
          {words.others(ranked.length - SHOWN)}
        </p>
      )}
    </Card>
  )
}

interface Ranked {
  chatbotId: string
  counts: Record<Kind, number>
}

export function rankChatbots(
  webhooks: readonly Pick<Webhook, 'chatbotId' | 'state' | 'health' | 'restingUntil'>[],
): Ranked[] {
  const found = new Map<string, Ranked>()
  for (const webhook of webhooks) {
    const condition = webhookCondition(webhook)
    const kind = KINDS.find((each) => each === condition)
    if (kind === undefined) continue
    const { chatbotId } = webhook
    const counts = { disabled: 0, failing: 0, resting: 0, paused: 0 }
    const ranked = found.get(chatbotId) ?? { chatbotId, counts }
    ranked.counts[kind] += 1
    found.set(chatbotId, ranked)
  }
  return [...found.values()].sort((one, other) => {
    const kind = KINDS.find((each) => one.counts[each] !== other.counts[each])
    return kind === undefined ? 0 : other.counts[kind] - one.counts[kind]
  })
}
