/** "The operator's key rotated the secret of the webhook shop.example": each thing leads to its page. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { apiKeysQuery } from '../../api/access.ts'
import type { ApiKey, AuditEntry } from '../../api/schema.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { useSession } from '../../app/session.tsx'
import { useWebhooks } from '../../app/use-webhooks.ts'
import { webhookName } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { actorName, shortId } from './names.ts'

/** The page of what an id's prefix names; what has none isn't led to. */
const PAGES: Record<string, string> = {
  bot: '/chatbots',
  wh: '/webhooks',
  dlv: '/deliveries',
  lead: '/leads',
}
const LINK = 'font-medium [overflow-wrap:anywhere] hover:underline'

export function EntrySentence({ entry }: { entry: AuditEntry }) {
  const { action, actor, fields } = entry
  const names = useNames()
  return (
    <div className="min-w-0 xl:flex xl:flex-wrap xl:items-baseline xl:gap-x-3">
      <p className="[overflow-wrap:anywhere]">
        <span className="font-medium">{actorName(actor, names.keys)}</span>{' '}
        {texts.auditLog.did[action]} <Target entry={entry} nameOf={names.nameOf} />
      </p>
      {fields.length > 0 && (
        <p className="truncate text-xs text-soft" title={fields.join(', ')}>
          {texts.auditLog.fields(fields.join(', '))}
        </p>
      )}
    </div>
  )
}

interface TargetProps {
  entry: AuditEntry
  nameOf(id: string): string | undefined
}

function Target({ entry, nameOf }: TargetProps): ReactNode {
  const { action } = entry
  // A session has no page; a link is told by whom it lets in.
  if (action.startsWith('session.')) return null
  const id = action === 'owner_link.created' ? entry.chatbotId : entry.targetId
  if (id === null) return null
  const name = nameOf(id) ?? shortId(id)
  const page = PAGES[id.split('_')[0] ?? '']
  const isGone = action.endsWith('.deleted') || action === 'lead.erased'
  if (page === undefined || isGone) return <span className="font-medium">{name}</span>
  return (
    <Link to={`${page}/${id}`} className={LINK}>
      {name}
    </Link>
  )
}

function useNames(): { keys: readonly ApiKey[]; nameOf(id: string): string | undefined } {
  const { kind } = useSession()
  const { chatbotId, chatbots } = useChatbot()
  const { webhooks } = useWebhooks()
  const { data: keys = [] } = useQuery(apiKeysQuery(kind === 'operator' ? null : chatbotId))
  const nameOf = (id: string) => {
    const webhook = webhooks.find((each) => each.id === id)
    if (webhook) return webhookName(webhook)
    return [...chatbots, ...keys].find((named) => named.id === id)?.name
  }
  return { keys, nameOf }
}
