import { useState } from 'react'
import type { Webhook } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { RecoverDialog } from './recover-dialog.tsx'

/** After an outage: everything that was given up, in one go. */
export function RecoverButton({ webhook, size }: { webhook: Webhook; size?: 'sm' }) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <Button icon="refresh" {...(size ? { size } : {})} onClick={() => setIsOpen(true)}>
        {texts.webhooks.recover.open}
      </Button>
      <RecoverDialog webhook={webhook} open={isOpen} onOpenChange={setIsOpen} />
    </>
  )
}
