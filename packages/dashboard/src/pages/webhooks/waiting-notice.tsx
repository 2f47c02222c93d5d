/** What waits for its next attempt, to be tried now; and then what came of it, as it comes. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { asFailure } from '../../api/api-failure.ts'
import { deliveriesQuery } from '../../api/deliveries.ts'
import type { Delivery, Webhook, WebhookHealthDetail } from '../../api/schema.ts'
import { webhookHealthQuery } from '../../api/webhook-health.ts'
import { sendWaiting } from '../../api/webhooks.ts'
import { useSeconds } from '../../format/use-now.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { type Outcomes, outcomesOf, type Sent, sentOf, waitingOf } from './waiting.ts'

/** So many are followed one by one; of more the list tells. */
const LOOKED_AT = 100

const { waiting: words } = texts.webhooks

interface WaitingNoticeProps {
  webhook: Webhook
  /** Beside what it is about: a line, not a box in a box. */
  inCard?: boolean
}

export function WaitingNotice({ webhook, inCard = false }: WaitingNoticeProps) {
  const client = useQueryClient()
  const { showToast } = useToasts()
  const nowMs = useSeconds()
  const [sent, setSent] = useState<Sent | null>(null)
  const filter = { webhookId: webhook.id, state: 'pending', limit: LOOKED_AT }
  const { data, error, refetch } = useQuery(deliveriesQuery(filter))
  const pending = data?.data ?? []
  const rests = webhook.restingUntil !== null
  const waiting = waitingOf(pending, { nowMs, rests })
  const hasMore = data?.nextCursor != null
  // Of more than one looks at, those that wait may be none of the newest: the server counts them.
  const health = useQuery({ ...webhookHealthQuery(webhook.id, '24h'), enabled: hasMore })
  const { amount, more } = countOf(hasMore ? health.data : undefined, { waiting, rests, hasMore })
  const sending = useMutation({
    mutationFn: () => sendWaiting(webhook.id),
    onMutate: () => sentOf(waiting),
    onSuccess: ({ count }, _, before) => {
      setSent(hasMore ? null : before)
      showToast({ tone: 'good', message: words.sent(count) })
      return client.invalidateQueries({ queryKey: ['deliveries'] })
    },
    onError: (failure) => showToast({ tone: 'bad', message: asFailure(failure).message }),
  })
  if (error) return <ErrorState error={error} onRetry={refetch} />
  // Of more than one looks at it can't be told which are left.
  const outcomes = sent && !hasMore ? outcomesOf(sent, pending) : null
  if (webhook.state !== 'active' || (amount === 0 && outcomes === null)) return null
  const list = `/deliveries?webhookId=${webhook.id}&state=pending`
  return (
    <Notice
      tone={toneOf(outcomes)}
      plain={inCard}
      actions={
        amount > 0 && (
          <Button
            size="sm"
            icon="refresh"
            busy={sending.isPending}
            onClick={() => sending.mutate()}
          >
            {words.send(amount, more)}
          </Button>
        )
      }
    >
      {amount > 0 && (
        <p>
          <Link to={list} className="font-medium underline">
            {words.count(amount, more)}
          </Link>{' '}
          {words.why}
        </p>
      )}
      <p role="status" className="tabular">
        {outcomes && words.outcome(outcomes)}
      </p>
    </Notice>
  )
}

interface Looked {
  waiting: readonly Delivery[]
  rests: boolean
  hasMore: boolean
}

/** `more`: there are more than that. */
function countOf(health: WebhookHealthDetail | undefined, { waiting, rests, hasMore }: Looked) {
  if (health === undefined) return { amount: waiting.length, more: hasMore }
  const { fresh, retrying, onHold, more } = health.waiting
  return { amount: rests ? fresh + retrying + onHold : retrying, more }
}

function toneOf(outcomes: Outcomes | null) {
  if (outcomes === null || outcomes.underWay > 0) return 'info'
  return outcomes.failed > 0 ? 'warn' : 'good'
}
