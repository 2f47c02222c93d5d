import { useQuery } from '@tanstack/react-query'
import { leadsQuery } from '../../api/leads.ts'
import type { Webhook } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { takesLeads } from '../event-types/spelling.ts'

const words = texts.earlier

/** Once, after a webhook was created for a chatbot that has leads already. */
export function EarlierOffer({ webhook }: { webhook: Webhook }) {
  const { data } = useQuery(leadsQuery({ chatbotId: webhook.chatbotId, limit: 1 }))
  const isForLeads = takesLeads(webhook.eventTypes)
  if (!isForLeads || !data || data.data.length === 0) return null
  return (
    <section className="grid justify-items-start gap-2">
      <h3 className="font-semibold">{words.offerTitle}</h3>
      <p className="text-sm text-soft">{words.offer}</p>
      <ButtonLink icon="send" to={`/webhooks/${webhook.id}?earlier`}>
        {words.open}
      </ButtonLink>
    </section>
  )
}
