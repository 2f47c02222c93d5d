/** Webhooks whose filters kept an event back, and why; it can be sent all the same. */
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Event } from '../../api/schema.ts'
import { webhooksQuery } from '../../api/webhooks.ts'
import { webhookName } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { Breakable } from '../../ui/breakable.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Line } from '../deliveries/delivery-lines.tsx'
import { SendItButton } from './send-it-button.tsx'

const words = texts.wants.keptBack

export function KeptBackLines({ event }: { event: Event }) {
  const { id, chatbotId, keptBack, deliveries } = event
  const { data: webhooks = [] } = useQuery({
    ...webhooksQuery(chatbotId),
    enabled: keptBack.length > 0,
  })
  // What was sent all the same is among the deliveries.
  const without = keptBack.filter(
    ({ webhookId }) => !deliveries.some((delivery) => delivery.webhookId === webhookId),
  )
  return without.map(({ webhookId, reason }) => {
    const webhook = webhooks.find((one) => one.id === webhookId)
    const name = webhook ? webhookName(webhook) : words.gone
    return (
      <Line
        key={webhookId}
        badge={<StatusBadge tone="plain" icon="ban" label={words.label} />}
        note={words.reason(reason)}
        end={webhook && <SendItButton eventId={id} webhookId={webhookId} target={name} />}
      >
        <Link to={`/webhooks/${webhookId}`} className="font-medium hover:underline">
          <Breakable text={name} />
        </Link>
      </Line>
    )
  })
}
