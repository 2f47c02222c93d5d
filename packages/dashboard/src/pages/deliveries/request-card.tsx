import type { DeliveryDetail } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { BodyView } from '../../ui/body-view.tsx'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { HeadersView } from '../../ui/headers-view.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { curlCommand } from './curl-command.ts'

const { request: words } = texts.deliveries

export function RequestCard({ delivery }: { delivery: DeliveryDetail }) {
  const { request, stateReason } = delivery
  if (request === null) {
    const isDeleted = stateReason === 'webhook_deleted'
    return (
      <Card title={words.title}>
        <p className="text-sm text-soft">{isDeleted ? words.goneDeleted : words.goneErased}</p>
      </Card>
    )
  }
  const { url, headers, body } = request
  return (
    <Card title={words.title} description={words.about}>
      <div className="grid gap-4">
        <p className="font-mono text-sm [overflow-wrap:anywhere]">
          <span className="text-soft">{words.to}</span> {url}
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
                  <CodeBlock code={curlCommand(request)} label={words.curlLabel} wrap />
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
