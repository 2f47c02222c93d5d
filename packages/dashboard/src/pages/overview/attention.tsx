/** Webhooks that don't get what they should, the worst first, each one click from its cause. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router'
import { asFailure } from '../../api/api-failure.ts'
import type { Webhook } from '../../api/schema.ts'
import { resumeWebhook } from '../../api/webhooks.ts'
import { webhookName } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { Breakable } from '../../ui/breakable.tsx'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { WebhookBadge, type WebhookCondition, webhookCondition } from '../../ui/status-badge.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { useToasts } from '../../ui/toasts.tsx'

/** Null: nothing to see to. A developer who isn't listening is no trouble. */
const RANK: Record<WebhookCondition, number | null> = {
  disabled: 0,
  failing: 1,
  resting: 2,
  paused: 3,
  active: null,
  away: null,
}
/** Last those that work, and seem to lead to the wrong place. */
const DOUBTFUL = 4
const rankOf = (webhook: Webhook) =>
  RANK[webhookCondition(webhook)] ?? (webhook.state === 'active' && webhook.cure ? DOUBTFUL : null)

interface AttentionProps {
  webhooks: readonly Webhook[]
  isPending: boolean
}

export function Attention({ webhooks, isPending }: AttentionProps) {
  if (isPending) return <Skeleton className="h-12 rounded-card" />
  const wanting = webhooks
    .filter((webhook) => rankOf(webhook) !== null)
    .toSorted((one, other) => (rankOf(one) ?? 0) - (rankOf(other) ?? 0))
  if (wanting.length === 0) {
    return (
      <p className="flex items-center gap-2.5 rounded-card border border-line bg-surface px-4 py-3 text-sm shadow-xs sm:px-5">
        <span className="text-good">
          <Icon name="check" />
        </span>
        {texts.overview.attentionNone}
      </p>
    )
  }
  return (
    <Card title={texts.overview.attentionTitle} flush>
      <ul className="divide-y divide-line">
        {wanting.map((webhook) => (
          <AttentionItem key={webhook.id} webhook={webhook} />
        ))}
      </ul>
    </Card>
  )
}

function AttentionItem({ webhook }: { webhook: Webhook }) {
  const { id, state, stateReason, restingReason, health } = webhook
  const page = `/webhooks/${id}`
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2.5 px-4 py-3 sm:px-5">
      <div className="grid min-w-0 flex-1 basis-64 gap-1">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1 sm:flex-nowrap">
          <WebhookBadge webhook={webhook} />
          <Link to={page} className="clipped font-medium hover:underline">
            <Breakable text={webhookName(webhook)} />
          </Link>
        </div>
        <p className="text-sm text-soft [overflow-wrap:anywhere]">
          {stateReason ?? restingReason ?? health.lastFailure}
          {state === 'active' && health.failingSince !== null && (
            <>
              {' · '}
              {texts.overview.failures(health.consecutiveFailures)}
              {' · '}
              {texts.overview.failingFor} <TimeAgo at={health.failingSince} />
            </>
          )}
        </p>
        {webhook.cure && (
          <p className="text-sm [overflow-wrap:anywhere]">
            {state === 'active' && health.failingSince === null && `${webhook.cure.cause} `}
            {webhook.cure.text}
          </p>
        )}
      </div>
      <div className="flex gap-2">
        {state !== 'active' && <ResumeButton webhook={webhook} />}
        <ButtonLink size="sm" to={page}>
          {texts.overview.seeCause}
        </ButtonLink>
      </div>
    </li>
  )
}

function ResumeButton({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient()
  const { showToast } = useToasts()
  const resuming = useMutation({
    mutationFn: () => resumeWebhook(webhook.id),
    onSuccess: () => {
      showToast({ tone: 'good', message: texts.overview.resumed(webhookName(webhook)) })
      return client.invalidateQueries({ queryKey: ['webhooks'] })
    },
    onError: (error) => showToast({ tone: 'bad', message: asFailure(error).message }),
  })
  return (
    <Button size="sm" icon="play" busy={resuming.isPending} onClick={() => resuming.mutate()}>
      {texts.overview.resume}
    </Button>
  )
}
