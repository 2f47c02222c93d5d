import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Webhook, WebhookSecret } from '../../api/schema.ts'
import { lookAtSecret } from '../../api/webhooks.ts'
import { LOCAL_URL } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ExactTime } from '../../ui/time-ago.tsx'
import { FinishDialog } from './finish-dialog.tsx'
import { ReceiverTabs } from './receiver-tabs.tsx'
import { RotateDialog } from './rotate-dialog.tsx'
import { SecretValue } from './secret-value.tsx'

const { secret: words, receiver, actions } = texts.webhooks

/**
 * The secret is asked of the server when somebody wants to see it, once, and leaves the page's memory
 * with the card. What is made anew in here is shown at once: it came with the answer.
 */
export function SecretCard({ webhook }: { webhook: Webhook }) {
  const [shown, setShown] = useState<WebhookSecret | null>(null)
  const [asked, setAsked] = useState<'rotate' | 'finish' | null>(null)
  const looking = useMutation({
    mutationFn: () => lookAtSecret(webhook.id),
    onSuccess: setShown,
    gcTime: 0,
  })
  const hide = () => {
    looking.reset()
    setShown(null)
  }
  const dialog = (name: typeof asked) => ({
    webhook,
    open: asked === name,
    onOpenChange: (open: boolean) => setAsked(open ? name : null),
    onDone: setShown,
  })
  const isRotating = webhook.overlapEndsAt !== null
  return (
    <Card
      title={texts.webhooks.detail.secret}
      description={words.intro}
      actions={
        <>
          <Button
            size="sm"
            icon="refresh"
            onClick={() => setAsked(isRotating ? 'finish' : 'rotate')}
          >
            {isRotating ? actions.finish : actions.rotate}
          </Button>
          {shown ? (
            <Button size="sm" icon="key" onClick={hide}>
              {texts.ui.hide}
            </Button>
          ) : (
            <Button size="sm" icon="key" busy={looking.isPending} onClick={() => looking.mutate()}>
              {texts.ui.show}
            </Button>
          )}
        </>
      }
    >
      {looking.error && !shown && (
        <ErrorState error={looking.error} onRetry={() => looking.mutate()} />
      )}
      {shown && isOlder(shown, webhook) && <Notice tone="warn">{words.rotatedMeanwhile}</Notice>}
      {shown && !isOlder(shown, webhook) && <Secrets webhook={webhook} shown={shown} />}
      <RotateDialog {...dialog('rotate')} />
      <FinishDialog {...dialog('finish')} />
    </Card>
  )
}

/** It was rotated after it was shown, in another window or by somebody else. */
function isOlder({ overlapEndsAt = '' }: WebhookSecret, webhook: Webhook): boolean {
  return webhook.overlapEndsAt !== null && webhook.overlapEndsAt > overlapEndsAt
}

function Secrets({ webhook, shown }: { webhook: Webhook; shown: WebhookSecret }) {
  const { secret, previousSecret, overlapEndsAt } = shown
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
