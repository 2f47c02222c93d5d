/** Webhooks that don't get what they should, the worst first, each one click from its cause. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router'
import { asFailure } from '../../api/api-failure.ts'
import type { Webhook } from '../../api/schema.ts'
import { TROUBLED_MAX } from '../../api/troubles.ts'
import { resumeWebhook } from '../../api/webhooks.ts'
import { formatNumber } from '../../format/format.ts'
import { webhookName } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { Breakable } from '../../ui/breakable.tsx'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Icon } from '../../ui/icon.tsx'
import { WebhookBadge, type WebhookCondition, webhookCondition } from '../../ui/status-badge.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { useToasts } from '../../ui/toasts.tsx'

const RANK: readonly WebhookCondition[] = ['disabled', 'failing', 'resting', 'paused']
const rankOf = (webhook: Webhook) => RANK.indexOf(webhookCondition(webhook))

/** So many are read at once; the worst of all of them. */
const SHOWN = 10

interface AttentionProps {
  /** Of all webhooks those in trouble. */
  webhooks: readonly Webhook[]
}

export function Attention({ webhooks }: AttentionProps) {
  if (webhooks.length === 0) {
    return (
      <p className="flex items-center gap-2.5 rounded-card border border-line bg-surface px-4 py-3 text-sm shadow-xs sm:px-5">
        <span className="text-good">
          <Icon name="check" />
        </span>
        {texts.overview.attentionNone}
      </p>
    )
  }
  const wanting = webhooks.toSorted((one, other) => rankOf(one) - rankOf(other))
  const all = `${formatNumber(wanting.length)}${wanting.length >= TROUBLED_MAX ? '+' : ''}`
  return (
    <Card title={texts.overview.attentionTitle} flush>
      <ul className="divide-y divide-line">
        {wanting.slice(0, SHOWN).map((webhook) => (
          <AttentionItem key={webhook.id} webhook={webhook} />
        ))}
      </ul>
      {wanting.length > SHOWN && (
        <p className="border-t border-line px-4 py-2.5 text-sm text-soft sm:px-5">
          {texts.overview.moreTroubled(SHOWN, all)}
        </p>
      )}
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
