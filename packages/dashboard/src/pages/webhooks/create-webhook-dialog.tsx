/** From a URL to a proven webhook in one dialog: the form, then secret, receiver and test. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useId, useState } from 'react'
import type { CreatedWebhook } from '../../api/schema.ts'
import type { Creating } from '../../app/use-creating.ts'
import { texts } from '../../texts/texts.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { EarlierOffer } from './earlier-offer.tsx'
import { ReceiverTabs } from './receiver-tabs.tsx'
import { SecretValue } from './secret-value.tsx'
import { TestPanel } from './test-panel.tsx'
import { WebhookForm } from './webhook-form.tsx'

interface CreateWebhookDialogProps {
  creating: Creating
}

export function CreateWebhookDialog({ creating }: CreateWebhookDialogProps) {
  const client = useQueryClient()
  const formId = useId()
  const [busy, setBusy] = useState(false)
  const [created, setCreated] = useState<CreatedWebhook | null>(null)
  const close = (isOpen: boolean) => {
    if (!isOpen) creating.close()
  }
  // When one comes back to it later nothing is known of it any more.
  useEffect(() => (creating.isMade ? () => setCreated(null) : undefined), [creating.isMade])
  if (creating.isMade && created !== null) {
    return <Ready webhook={created} open onOpenChange={close} />
  }
  return (
    <Dialog
      open={creating.isOpen}
      onOpenChange={close}
      keepsOpen
      title={texts.webhooks.create}
      description={texts.webhooks.form.next}
      footer={
        <>
          <Button onClick={() => close(false)}>{texts.ui.cancel}</Button>
          <Button variant="primary" type="submit" form={formId} busy={busy}>
            {texts.webhooks.form.submit}
          </Button>
        </>
      }
    >
      <WebhookForm
        id={formId}
        onBusy={setBusy}
        onCreated={(webhook) => {
          setCreated(webhook)
          creating.made()
          void client.invalidateQueries({ queryKey: ['webhooks'] })
        }}
      />
    </Dialog>
  )
}

interface ReadyProps {
  webhook: CreatedWebhook
  open: boolean
  onOpenChange(open: boolean): void
}

function Ready({ webhook, open, onOpenChange }: ReadyProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="lg"
      title={texts.webhooks.created.title}
      description={webhook.url}
      footer={
        <>
          <ButtonLink to={`/webhooks/${webhook.id}`}>{texts.webhooks.created.open}</ButtonLink>
          <Button variant="primary" onClick={() => onOpenChange(false)}>
            {texts.webhooks.created.done}
          </Button>
        </>
      }
    >
      <div className="grid gap-6">
        <section className="grid gap-2">
          <h3 className="font-semibold">{texts.webhooks.secret.label}</h3>
          <p className="text-sm text-soft">{texts.webhooks.created.secretNext}</p>
          <SecretValue secret={webhook.secret} />
        </section>
        <section className="grid gap-2">
          <h3 className="font-semibold">{texts.webhooks.test.title}</h3>
          <p className="text-sm text-soft">{texts.webhooks.test.intro}</p>
          <TestPanel webhook={webhook} />
        </section>
        <EarlierOffer webhook={webhook} />
        <section className="grid gap-2">
          <h3 className="font-semibold">{texts.webhooks.receiver.title}</h3>
          <p className="text-sm text-soft">{texts.webhooks.receiver.intro}</p>
          <ReceiverTabs url={webhook.url} secret={webhook.secret} />
        </section>
      </div>
    </Dialog>
  )
}
