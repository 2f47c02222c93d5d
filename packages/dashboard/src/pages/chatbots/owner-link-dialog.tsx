import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { createOwnerLink } from '../../api/access.ts'
import type { Chatbot, OwnerLink } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { CopyValue } from '../../ui/copy-value.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ExactTime } from '../../ui/time-ago.tsx'

interface OwnerLinkDialogProps {
  chatbot: Chatbot
  open: boolean
  onOpenChange(open: boolean): void
}

const { owner } = texts.chatbots

/** The link is in the page's memory only, and only as long as the dialog is open. */
export function OwnerLinkDialog({ chatbot, open, onOpenChange }: OwnerLinkDialogProps) {
  const [seconds, setSeconds] = useState('900')
  const making = useMutation({
    mutationFn: () => createOwnerLink({ chatbotId: chatbot.id, expiresInSeconds: Number(seconds) }),
    gcTime: 0,
  })
  const close = (isOpen: boolean) => {
    onOpenChange(isOpen)
    if (!isOpen) making.reset()
  }
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={owner.title}
      description={owner.intro(chatbot.name)}
      footer={
        <>
          <Button onClick={() => close(false)}>{making.data ? owner.done : texts.ui.cancel}</Button>
          <Button
            variant={making.data ? 'secondary' : 'primary'}
            icon="key"
            busy={making.isPending}
            onClick={() => making.mutate()}
          >
            {making.data ? owner.another : owner.make}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <SelectField
          label={owner.expires}
          value={seconds}
          onChange={(event) => setSeconds(event.target.value)}
        >
          {Object.entries(owner.seconds).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <div aria-live="polite" className="grid gap-3 empty:hidden">
          {making.error && <ErrorState error={making.error} title={owner.failed} />}
          {making.data && <Made link={making.data} />}
        </div>
      </div>
    </Dialog>
  )
}

function Made({ link }: { link: OwnerLink }) {
  return (
    <>
      <Notice tone="warn" title={owner.once}>
        {owner.until} <ExactTime at={link.expiresAt} />.
      </Notice>
      <CopyValue value={link.url} copyLabel={owner.copy} />
    </>
  )
}
