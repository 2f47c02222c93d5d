import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Webhook } from '../../api/schema.ts'
import { webhookSecretQuery } from '../../api/webhooks.ts'
import { LOCAL_URL } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { ExactTime } from '../../ui/time-ago.tsx'
import { ReceiverTabs } from './receiver-tabs.tsx'
import { SecretValue } from './secret-value.tsx'

const { secret: words, receiver } = texts.webhooks

/** The secret is asked of the server only when somebody wants to see it. */
export function SecretCard({ webhook }: { webhook: Webhook }) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <Card
      title={texts.webhooks.detail.secret}
      description={words.intro}
      actions={
        !isOpen && (
          <Button size="sm" icon="key" onClick={() => setIsOpen(true)}>
            {texts.ui.show}
          </Button>
        )
      }
    >
      {isOpen && <Secrets webhook={webhook} />}
    </Card>
  )
}

function Secrets({ webhook }: { webhook: Webhook }) {
  const found = useQuery(webhookSecretQuery(webhook.id))
  if (found.error) return <ErrorState error={found.error} onRetry={found.refetch} />
  if (!found.data) return <Skeleton className="h-9" />
  const { secret, previousSecret, overlapEndsAt } = found.data
  return (
    <div className="grid gap-5">
      <div className="grid gap-2">
        <h3 className="text-sm font-medium">{words.label}</h3>
        <SecretValue secret={secret} />
      </div>
      {previousSecret && overlapEndsAt && (
        <div className="grid gap-2">
          <h3 className="text-sm font-medium">{words.previous}</h3>
          <SecretValue secret={previousSecret} />
          <Notice tone="info">
            {words.overlapUntil} <ExactTime at={overlapEndsAt} />
          </Notice>
        </div>
      )}
      <div className="grid gap-2">
        <h3 className="text-sm font-medium">{receiver.title}</h3>
        <ReceiverTabs
          url={webhook.kind === 'listen' ? LOCAL_URL : webhook.url}
          secret={secret}
          previousSecret={previousSecret}
        />
      </div>
    </div>
  )
}
