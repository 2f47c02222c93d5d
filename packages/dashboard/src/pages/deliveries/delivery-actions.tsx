import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiFailure, asFailure } from '../../api/api-failure.ts'
import { cancelDelivery, resendDelivery } from '../../api/deliveries.ts'
import type { Delivery, DeliveryDetail } from '../../api/schema.ts'
import { webhookQuery } from '../../api/webhooks.ts'
import { useSeconds } from '../../format/use-now.ts'
import { texts } from '../../texts/texts.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { useToasts } from '../../ui/toasts.tsx'

const { actions, cancel, resendTwice, refused } = texts.deliveries

type Asked = 'cancel' | 'resend' | null

/**
 * What its state allows. The questions stay when it changes meanwhile: whoever answers one that has
 * become wrong is told why nothing was done.
 */
export function DeliveryActions({ delivery }: { delivery: DeliveryDetail }) {
  const { id, kind, webhookId } = delivery
  const [asked, setAsked] = useState<Asked>(null)
  const act = useAct()
  const { showToast } = useToasts()
  const resend = () =>
    act(resendDelivery(id), (now) => {
      if (delivery.state === 'pending') return actions.sentNow
      return now.state === 'parked' ? actions.resentPaused : actions.resent
    })
  const resending = useMutation({
    mutationFn: resend,
    onError: (error) =>
      showToast({ tone: 'bad', message: `${refused.title}. ${asFailure(error).message}` }),
  })
  const dialog = (name: Asked) => ({
    open: asked === name,
    onOpenChange: (open: boolean) => setAsked(open ? name : null),
  })
  if (kind === 'test') {
    return <ButtonLink to={`/webhooks/${webhookId}`}>{actions.testAgain}</ButtonLink>
  }
  return (
    <>
      <NextButton
        delivery={delivery}
        busy={resending.isPending}
        onAsk={setAsked}
        onResend={() => resending.mutate()}
      />
      <ConfirmDialog
        {...dialog('cancel')}
        title={cancel.title}
        confirmLabel={cancel.confirm}
        onConfirm={() => act(cancelDelivery(id), () => actions.cancelled)}
      >
        <p>{cancel.body}</p>
      </ConfirmDialog>
      <ConfirmDialog
        {...dialog('resend')}
        title={resendTwice.title}
        confirmLabel={resendTwice.confirm}
        onConfirm={resend}
      >
        <p>{resendTwice.body}</p>
      </ConfirmDialog>
    </>
  )
}

interface NextButtonProps {
  delivery: DeliveryDetail
  busy: boolean
  onAsk(asked: Asked): void
  onResend(): void
}

function NextButton({ delivery, busy, onAsk, onResend }: NextButtonProps) {
  const { state, request } = delivery
  if (state === 'pending' || state === 'parked') {
    return (
      <>
        <Button icon="ban" onClick={() => onAsk('cancel')}>
          {actions.cancel}
        </Button>
        <SendNowButton delivery={delivery} busy={busy} onSend={onResend} />
      </>
    )
  }
  // Without a request there is nothing that could be sent; its card says why.
  if (request === null) return null
  // What was delivered goes out a second time: that is asked first.
  const isSecond = state === 'delivered'
  return (
    <Button
      variant={isSecond ? 'secondary' : 'primary'}
      icon="refresh"
      busy={busy}
      onClick={() => (isSecond ? onAsk('resend') : onResend())}
    >
      {actions.resend}
    </Button>
  )
}

/** Of one that waits for its time, or for its webhook to take deliveries again. */
function SendNowButton({
  delivery: { state, nextAttemptAt, webhookId },
  busy,
  onSend,
}: {
  delivery: DeliveryDetail
  busy: boolean
  onSend(): void
}) {
  const { data: webhook } = useQuery({ ...webhookQuery(webhookId), staleTime: 60_000 })
  const isLater = Date.parse(nextAttemptAt ?? '') > useSeconds()
  const isHeld = webhook?.restingUntil != null
  // Due, it is on its way already.
  if (state !== 'pending' || !(isLater || isHeld)) return null
  return (
    <Button variant="primary" icon="refresh" busy={busy} onClick={onSend}>
      {actions.sendNow}
    </Button>
  )
}

/** Says that it was done, or throws why not; either way one sees the delivery as it is now. */
function useAct() {
  const client = useQueryClient()
  const { showToast } = useToasts()
  return async (doing: Promise<Delivery>, message: (now: Delivery) => string) => {
    try {
      showToast({ tone: 'good', message: message(await doing) })
    } catch (error) {
      throw explained(asFailure(error))
    } finally {
      void client.invalidateQueries({ queryKey: ['deliveries'] })
    }
  }
}

function explained(failure: ApiFailure): ApiFailure {
  const { code, statusCode } = failure
  const message = Object.entries(refused).find(([known]) => known === code)?.[1]
  return message === undefined ? failure : new ApiFailure({ statusCode, code, message })
}
