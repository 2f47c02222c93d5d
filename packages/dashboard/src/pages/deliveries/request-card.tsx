import { useQuery } from '@tanstack/react-query'
import { eventQuery } from '../../api/events.ts'
import type { DeliveryDetail } from '../../api/schema.ts'
import { isListenUrl, LOCAL_URL } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { BodyView } from '../../ui/body-view.tsx'
import { Breakable } from '../../ui/breakable.tsx'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { HeadersView } from '../../ui/headers-view.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { curlCommand } from './curl-command.ts'

const { request: words } = texts.deliveries

export function RequestCard({ delivery }: { delivery: DeliveryDetail }) {
  const { request } = delivery
  if (request === null) return <NoRequest eventId={delivery.eventId} />
  const { url, headers, body } = request
  const isListenedTo = isListenUrl(url)
  return (
    <Card title={words.title} description={words.about}>
      <div className="grid gap-4">
        <p className="font-mono text-sm [overflow-wrap:anywhere]">
          <span className="text-soft">{words.to}</span>{' '}
          {isListenedTo ? texts.webhooks.listenedTo : <Breakable text={url} />}
        </p>
        <Tabs
          label={words.tabs}
          tabs={[
            {
              value: 'body',
              label: words.body,
              content: <BodyView body={body} label={words.body} />,
            },
            {
              value: 'headers',
              label: words.headers,
              content: <HeadersView headers={headers} label={words.headers} />,
            },
            {
              value: 'curl',
              label: words.curl,
              content: (
                <div className="grid gap-2">
                  <CodeBlock
                    code={curlCommand(isListenedTo ? { ...request, url: LOCAL_URL } : request)}
                    label={words.curlLabel}
                    wrap
                  />
                  <p className="text-sm text-soft">{words.curlHint}</p>
                </div>
              ),
            },
          ]}
        />
      </div>
    </Card>
  )
}

/** Either its lead was erased or its webhook deleted; the event knows which. */
function NoRequest({ eventId }: { eventId: string }) {
  const { data: event, error, refetch } = useQuery(eventQuery(eventId))
  return (
    <Card title={words.title}>
      {error ? (
        <ErrorState error={error} onRetry={refetch} />
      ) : event ? (
        <p className="text-sm text-soft">{event.erased ? words.goneErased : words.goneDeleted}</p>
      ) : (
        <Skeleton className="h-5 w-2/3" />
      )}
    </Card>
  )
}
