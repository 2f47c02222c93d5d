/** For an operator: whose webhooks don't get what they should, the worst chatbot first. */
import { Link } from 'react-router'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { formatNumber } from '../../format/format.ts'
import { texts } from '../../texts/texts.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { rankChatbots, TROUBLES, type Trouble } from './troubles.ts'

const { failing: words } = texts.overview

const SHOWN = 8

export function FailingChatbots({ troubles }: { troubles: readonly Trouble[] }) {
  const { nameOf } = useChatbot()
  const ranked = rankChatbots(troubles)
  if (ranked.length === 0) return null
  return (
    <Card title={words.title} description={words.intro} weight="quiet" flush>
      <ul className="divide-y divide-line">
        {ranked.slice(0, SHOWN).map(({ chatbotId, counts }) => (
          <li
            key={chatbotId}
            className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-2"
          >
            <div className="min-w-0 flex-1 basis-48">
              <Link to={`/?chatbotId=${chatbotId}`} className="clipped font-medium hover:underline">
                {nameOf(chatbotId)}
              </Link>
              <p className="text-sm text-soft tabular">
                {TROUBLES.filter((kind) => counts[kind] > 0)
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
        <p className="border-t border-line px-4 py-2.5 text-sm text-soft">
          {words.others(ranked.length - SHOWN)}
        </p>
      )}
    </Card>
  )
}
