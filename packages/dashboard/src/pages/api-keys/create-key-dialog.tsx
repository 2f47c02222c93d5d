/** A form, then the key itself, which is shown this once. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useId, useState } from 'react'
import type { CreatedApiKey } from '../../api/schema.ts'
import type { Creating } from '../../app/use-creating.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { CopyValue } from '../../ui/copy-value.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Notice } from '../../ui/notice.tsx'
import { KeyForm } from './key-form.tsx'

interface CreateKeyDialogProps {
  creating: Creating
}

const { form, made } = texts.apiKeys

export function CreateKeyDialog({ creating }: CreateKeyDialogProps) {
  const client = useQueryClient()
  const formId = useId()
  const [busy, setBusy] = useState(false)
  const [created, setCreated] = useState<CreatedApiKey | null>(null)
  // It leaves the page's memory with the dialog, however that was closed.
  useEffect(() => (creating.isMade ? () => setCreated(null) : undefined), [creating.isMade])
  const close = (isOpen: boolean) => {
    if (!isOpen) creating.close()
  }
  if (creating.isMade && created !== null)
    return <Made created={created} open onOpenChange={close} />
  return (
    <Dialog
      open={creating.isOpen}
      onOpenChange={close}
      title={texts.apiKeys.create}
      footer={
        <>
          <Button onClick={() => close(false)}>{texts.ui.cancel}</Button>
          <Button variant="primary" type="submit" form={formId} busy={busy}>
            {form.submit}
          </Button>
        </>
      }
    >
      <KeyForm
        id={formId}
        onBusy={setBusy}
        onCreated={(key) => {
          setCreated(key)
          creating.made()
          void client.invalidateQueries({ queryKey: ['api-keys'] })
        }}
      />
    </Dialog>
  )
}

interface MadeProps {
  created: CreatedApiKey
  open: boolean
  onOpenChange(open: boolean): void
}

function Made({ created, ...dialog }: MadeProps) {
  const call = `curl -sS ${location.origin}/api/v1/chatbots -H "Authorization: Bearer ${created.key}"`
  return (
    <Dialog
      {...dialog}
      title={made.title}
      description={created.name}
      footer={
        <Button variant="primary" onClick={() => dialog.onOpenChange(false)}>
          {made.done}
        </Button>
      }
    >
      <div className="grid gap-4">
        <Notice tone="warn">{made.once}</Notice>
        <CopyValue value={created.key} copyLabel={made.copy} />
        <CodeBlock label={made.use} code={call} wrap />
      </div>
    </Dialog>
  )
}
