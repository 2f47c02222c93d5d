/** One webhook: does it get what it should, why not, and everything one does with it. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useParams } from 'react-router'
import type { Versioned } from '../../api/request.ts'
import type { Webhook } from '../../api/schema.ts'
import { type HealthSpan, webhookHealthQuery } from '../../api/webhook-health.ts'
import { webhookQuery } from '../../api/webhooks.ts'
import { Gone, isNotFound } from '../../app/gone.tsx'
import { NotFound } from '../../app/not-found.tsx'
import { LOCAL_URL, webhookName } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { BackLink } from '../../ui/back-link.tsx'
import { Breakable } from '../../ui/breakable.tsx'
import { BulkLines } from '../../ui/bulk-lines.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyValue } from '../../ui/copy-value.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Fact, Facts, IdFact } from '../../ui/facts.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { PageWithoutData } from '../../ui/page-without-data.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { WebhookBadge, webhookCondition } from '../../ui/status-badge.tsx'
import { ExactTime, TimeAgo } from '../../ui/time-ago.tsx'
import { EndRestButton } from './end-rest-button.tsx'
import { HealthFigures } from './health-figures.tsx'
import { NeedsAttention, wantsSomebody } from './needs-attention.tsx'
import type { PairsSetting } from './pairs.ts'
import { RecentDeliveries } from './recent-deliveries.tsx'
import { RecoverButton } from './recover-button.tsx'
import { SecretCard } from './secret-card.tsx'
import { TestPanel } from './test-panel.tsx'
import { WaitingNotice } from './waiting-notice.tsx'
import { WantsFacts } from './wants/wants-facts.tsx'
import { WebhookActions } from './webhook-actions.tsx'
import { NUMBER_NAMES, NUMBERS, type NumberTexts, PAIRS, PAIRS_NAMES } from './webhook-settings.ts'

const { detail } = texts.webhooks

export default function WebhookPage() {
  const { id = '' } = useParams()
  const webhook = useQuery(webhookQuery(id))
  if (isNotFound(webhook.error)) {
    if (!webhook.data) return <NotFound />
    const trail = <BackLink to="/webhooks">{detail.back}</BackLink>
    return (
      <Gone title={webhookName(webhook.data)} trail={trail} action="webhook.deleted">
        {texts.meanwhile.gone.webhook}
      </Gone>
    )
  }
  if (webhook.data) return <Loaded webhook={webhook.data} />
  return (
    <PageWithoutData
      title={texts.webhooks.title}
      trail={<BackLink to="/webhooks">{detail.back}</BackLink>}
      error={webhook.error}
      onRetry={webhook.refetch}
    />
  )
}

function Loaded({ webhook }: { webhook: Versioned<Webhook> }) {
  return (
    <>
      <PageHeader
        title={webhookName(webhook)}
        description={webhook.description}
        trail={<BackLink to="/webhooks">{detail.back}</BackLink>}
        badge={<WebhookBadge webhook={webhook} />}
        actions={<WebhookActions webhook={webhook} />}
      />
      <BulkLines chatbotId={webhook.chatbotId} webhookId={webhook.id} />
      <div className="grid gap-4">
        <div className="flex flex-wrap gap-3 *:flex-1 *:basis-100 empty:hidden">
          <Condition webhook={webhook} />
          <WaitingNotice key={webhook.id} webhook={webhook} />
        </div>
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
          <div className="grid gap-4">
            <Health webhook={webhook} />
          </div>
          {/* What one looks up, and what one does now and then. */}
          <div className="grid items-start gap-4 lg:max-xl:grid-cols-2">
            <div className="grid gap-4">
              <AttemptsCard webhook={webhook} />
              {webhook.kind === 'http' && (
                <Card
                  title={texts.webhooks.test.title}
                  description={texts.webhooks.test.intro}
                  weight="quiet"
                >
                  <TestPanel webhook={webhook} />
                </Card>
              )}
            </div>
            <SettingsCard webhook={webhook} />
          </div>
        </div>
        <SecretCard webhook={webhook} />
      </div>
    </>
  )
}

/** That it doesn't get what it should, and what happens next; what went wrong stands beside its cure. */
function Condition({ webhook }: { webhook: Webhook }) {
  const { stateReason, restingReason, health } = webhook
  switch (webhookCondition(webhook)) {
    case 'active':
    case 'doubtful':
      return null
    case 'away':
      return (
        <Notice tone="info" title={detail.awayTitle}>
          <p className="mb-2">{detail.awayNotice}</p>
          <CopyValue
            value={`chatzuri listen --webhook ${webhook.id} --forward-to ${LOCAL_URL}`}
            copyLabel={detail.copyCommand}
          />
        </Notice>
      )
    case 'paused':
      return (
        <Notice tone="warn" title={stateReason ?? texts.states.webhook.paused}>
          {detail.pausedNotice}
        </Notice>
      )
    case 'disabled':
      return (
        <Notice tone="bad" title={stateReason ?? texts.states.webhook.disabled}>
          {detail.disabledNotice}
        </Notice>
      )
    case 'resting':
      return (
        <Notice tone="warn" title={restingReason ?? texts.states.webhook.resting}>
          <p className="mb-2">
            {detail.restingNotice} <ExactTime at={webhook.restingUntil ?? webhook.updatedAt} />.{' '}
            {detail.restingThen}
          </p>
          <EndRestButton webhook={webhook} />
        </Notice>
      )
    case 'failing':
      return (
        <Notice tone="bad" title={detail.failingTitle(health.consecutiveFailures)}>
          {detail.failingNotice}
        </Notice>
      )
  }
}

/** What needs somebody, how it fares, and what came last: of one moment, read at once. */
function Health({ webhook }: { webhook: Webhook }) {
  const [span, setSpan] = useState<HealthSpan>('24h')
  const { data, error, refetch } = useQuery(webhookHealthQuery(webhook.id, span))
  if (!data && error) return <ErrorState error={error} onRetry={refetch} />
  return (
    <>
      {data ? (
        <NeedsAttention webhook={webhook} health={data} />
      ) : (
        <Card title={texts.webhooks.attention.title} flush>
          <SkeletonRows rows={1} />
        </Card>
      )}
      <HealthFigures
        health={data}
        span={span}
        onSpan={setSpan}
        weight={data && wantsSomebody(webhook, data) ? 'plain' : 'main'}
      />
      {data && <RecentDeliveries health={data} />}
    </>
  )
}

function AttemptsCard({ webhook }: { webhook: Webhook }) {
  const { health } = webhook
  return (
    <Card
      title={detail.health}
      actions={<RecoverButton webhook={webhook} size="sm" />}
      weight="quiet"
    >
      <Facts>
        <Fact name={detail.lastSuccess}>
          <TimeAgo at={health.lastSuccessAt} />
        </Fact>
        <Fact name={detail.lastFailure}>
          <TimeAgo at={health.lastFailureAt} />
        </Fact>
        {health.failingSince && (
          <Fact name={detail.failingSince}>
            <TimeAgo at={health.failingSince} />
          </Fact>
        )}
      </Facts>
    </Card>
  )
}

function SettingsCard({ webhook }: { webhook: Webhook }) {
  const { id, eventTypes, createdAt } = webhook
  return (
    <Card title={detail.settings} weight="quiet">
      <Facts>
        <Fact name={detail.events}>
          <span className="flex flex-wrap gap-x-2 font-mono text-xs">
            {eventTypes.map((name) => (
              <span key={name}>{name}</span>
            ))}
          </span>
        </Fact>
        <WantsFacts webhook={webhook} />
        {NUMBER_NAMES.map((name) => (
          <NumberFact key={name} value={webhook[name]} words={NUMBERS[name].texts} />
        ))}
        {PAIRS_NAMES.map((name) => (
          <PairsFact key={name} pairs={webhook[name]} setting={PAIRS[name]} />
        ))}
        <Fact name={detail.created}>
          <ExactTime at={createdAt} />
        </Fact>
        <IdFact name={detail.id} id={id} />
      </Facts>
    </Card>
  )
}

function NumberFact({ value, words }: { value: number | null; words: NumberTexts }) {
  return <Fact name={words.fact}>{value === null ? words.unset : words.shown(value)}</Fact>
}

function PairsFact({ pairs, setting }: { pairs: Record<string, string>; setting: PairsSetting }) {
  const { label, hidden } = setting.texts
  const entries = Object.entries(pairs)
  return (
    <Fact name={label} block={!hidden && entries.length > 0}>
      {entries.length === 0 ? (
        detail.none
      ) : (
        <span className="grid font-mono text-xs">
          {entries.map(([name, value]) => (
            <span key={name} className="wrap-anywhere whitespace-pre-wrap">
              <Breakable text={hidden ? name : `${name}: ${value}`} />
            </span>
          ))}
        </span>
      )}
    </Fact>
  )
}
