/** What wants somebody, the worst first, each one click from its cause and from its cure. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { asFailure } from '../../api/api-failure.ts'
import type { GivenUp, GivenUpOfWebhook, Webhook } from '../../api/schema.ts'
import { TROUBLED_MAX } from '../../api/troubles.ts'
import { resumeWebhook } from '../../api/webhooks.ts'
import { formatNumber } from '../../format/format.ts'
import { webhookName } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { Breakable } from '../../ui/breakable.tsx'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Icon } from '../../ui/icon.tsx'
import { WebhookBadge, webhookCondition } from '../../ui/status-badge.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { countText } from '../webhooks/health-figures.tsx'
import { RecoverProgress } from '../webhooks/recover-progress.tsx'
import { ResendButton } from '../webhooks/resend-button.tsx'
import { SetAsideButton } from '../webhooks/set-aside-button.tsx'
import { WaitingNotice } from '../webhooks/waiting-notice.tsx'
import type { Trouble } from './troubles.ts'

/** So many of all; the worst. */
const SHOWN = 10

interface AttentionProps {
  troubles: readonly Trouble[]
  givenUp: GivenUp
}

interface Resending {
  webhookId: string
  recoveryId: string
}

/** What is being resent may be gone from the list before one has seen that it was. */
export function Attention(props: AttentionProps) {
  const [resending, setResending] = useState<Resending | null>(null)
  return (
    <>
      <Wanting {...props} onResending={setResending} />
      {resending && (
        <RecoverProgress
          webhook={{ id: resending.webhookId }}
          recoveryId={resending.recoveryId}
          open
          onOpenChange={() => setResending(null)}
        />
      )}
    </>
  )
}

interface OnResending {
  onResending(resending: Resending): void
}

/** All is well when it is known of all webhooks, and of whatever was given up. */
function Wanting({ troubles, givenUp, onResending }: AttentionProps & OnResending) {
  if (troubles.length === 0 && givenUp.count === 0) {
    return (
      <p className="flex items-center gap-2.5 rounded-card border border-good/25 bg-good-wash px-4 py-2.5 text-sm">
        <span className="text-good">
          <Icon name="check" />
        </span>
        {texts.overview.attentionNone}
      </p>
    )
  }
  const isPartial = troubles.length >= TROUBLED_MAX || givenUp.moreWebhooks
  const all = `${formatNumber(troubles.length)}${isPartial ? '+' : ''}`
  return (
    <Card
      title={texts.overview.attentionTitle}
      description={givenUp.count > 0 && <AllGivenUp givenUp={givenUp} />}
      weight="main"
      flush
    >
      <ul className="divide-y divide-line">
        {troubles.slice(0, SHOWN).map((trouble) => (
          <AttentionItem key={trouble.webhookId} trouble={trouble} onResending={onResending} />
        ))}
      </ul>
      {(isPartial || troubles.length > SHOWN) && (
        <p className="border-t border-line px-4 py-2.5 text-sm text-soft">
          {texts.overview.moreTroubled(Math.min(SHOWN, troubles.length), all)}
        </p>
      )}
    </Card>
  )
}

function AllGivenUp({ givenUp: { count, more } }: { givenUp: GivenUp }) {
  return (
    <Link to="/deliveries?givenUp=true" className="font-medium text-bad hover:underline">
      {texts.overview.givenUpInAll(countText(count, more), count)}
    </Link>
  )
}

function AttentionItem({ trouble, onResending }: { trouble: Trouble } & OnResending) {
  const { kind, webhookId, webhook, givenUp } = trouble
  const page = `/webhooks/${webhookId}`
  const named = webhook ?? givenUp
  return (
    <li className="grid gap-2 px-4 py-2.5">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2.5">
        <div className="grid min-w-0 flex-1 basis-64 gap-1">
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1 sm:flex-nowrap">
            {webhook && <WebhookBadge webhook={webhook} />}
            <Link to={page} className="clipped font-medium hover:underline">
              <Breakable text={named ? webhookName(named) : webhookId} />
            </Link>
          </div>
          {webhook && <Why webhook={webhook} />}
          {givenUp && <GivenUpLine givenUp={givenUp} />}
        </div>
        <div className="flex flex-wrap gap-2">
          {givenUp && (
            <>
              <ResendButton
                webhookId={webhookId}
                recovery={{ since: givenUp.oldestAt }}
                label={texts.webhooks.attention.resend(countText(givenUp.count, givenUp.more))}
                size="sm"
                onStarted={(recoveryId) => recoveryId && onResending({ webhookId, recoveryId })}
              />
              <SetAsideButton
                webhook={{ id: webhookId }}
                shown={countText(givenUp.count, givenUp.more)}
                newestAt={givenUp.newestAt}
                size="sm"
              />
            </>
          )}
          {webhook && webhook.state !== 'active' && <ResumeButton webhook={webhook} />}
          <ButtonLink size="sm" to={page}>
            {texts.overview.seeCause}
          </ButtonLink>
        </div>
      </div>
      {webhook && (kind === 'failing' || kind === 'resting') && (
        <WaitingNotice webhook={webhook} inCard />
      )}
    </li>
  )
}

function Why({ webhook }: { webhook: Webhook }) {
  const { state, stateReason, restingReason, health, cure } = webhook
  const isDoubtful = webhookCondition(webhook) === 'doubtful'
  return (
    <>
      <p className="text-sm text-soft [overflow-wrap:anywhere]">
        {stateReason ?? restingReason ?? (isDoubtful ? cure?.cause : health.lastFailure)}
        {state === 'active' && health.failingSince !== null && (
          <>
            {' · '}
            {texts.overview.failures(health.consecutiveFailures)}
            {' · '}
            {texts.overview.failingFor} <TimeAgo at={health.failingSince} />
          </>
        )}
      </p>
      {cure && <p className="text-sm [overflow-wrap:anywhere]">{cure.text}</p>}
    </>
  )
}

/** It stays until it was resent or set aside, be the webhook well again. */
function GivenUpLine({ givenUp }: { givenUp: GivenUpOfWebhook }) {
  const { webhookId, count, more, newestAt } = givenUp
  return (
    <p className="text-sm text-soft">
      <Link
        to={`/deliveries?webhookId=${webhookId}&givenUp=true`}
        className="font-medium text-bad hover:underline"
      >
        {texts.webhooks.attention.givenUp(countText(count, more), count)}
      </Link>
      {' · '}
      {texts.webhooks.attention.last} <TimeAgo at={newestAt} />
    </p>
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
