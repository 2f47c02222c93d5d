/** The first look: does it flow, and if not, where is the cause. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { statsQuery } from '../../api/stats.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { CreateChatbotDialog } from '../../app/create-chatbot-dialog.tsx'
import { useWebhooks } from '../../app/use-webhooks.ts'
import { texts } from '../../texts/texts.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Attention } from './attention.tsx'
import { AttemptsChart, LatencyChart } from './charts.tsx'
import { Figures } from './figures.tsx'
import { DEFAULT_SPAN, isSpan, SPANS, type SpanName } from './spans.ts'

export default function Overview() {
  const { chatbots, isLoading } = useChatbot()
  const [span, setSpan] = useSpan()
  const isNew = !isLoading && chatbots.length === 0
  const options = Object.keys(SPANS).filter(isSpan)
  return (
    <>
      <PageHeader
        title={texts.overview.title}
        description={texts.overview.intro}
        actions={
          !isNew && (
            <Segmented
              label={texts.overview.span}
              value={span}
              onChange={setSpan}
              options={options.map((value) => ({ value, label: texts.overview.spans[value] }))}
            />
          )
        }
      />
      {isNew ? <NoChatbot /> : <Numbers span={span} />}
    </>
  )
}

function Numbers({ span }: { span: SpanName }) {
  const { chatbotId } = useChatbot()
  const stats = useQuery(statsQuery({ chatbotId, ...SPANS[span] }))
  const { webhooks, isPending, isPartial, error, refetch } = useWebhooks()
  const retry = () => {
    refetch()
    if (stats.error) void stats.refetch()
  }
  const hasNone = !isPending && !error && webhooks.length === 0
  return (
    <div className="grid gap-5">
      {error && <ErrorState error={error} onRetry={retry} />}
      {hasNone ? <NoWebhook /> : !error && <Attention webhooks={webhooks} isPending={isPending} />}
      {isPartial && <Notice tone="info">{texts.overview.isPartial(webhooks.length)}</Notice>}
      {stats.error ? (
        // One failure is told once.
        !error && <ErrorState error={stats.error} onRetry={stats.refetch} />
      ) : (
        <>
          <Figures stats={stats.data ?? null} />
          <AttemptsChart stats={stats.data ?? null} span={span} />
          <LatencyChart stats={stats.data ?? null} span={span} />
        </>
      )}
    </div>
  )
}

/** In the address: a link shows what one sees. */
function useSpan(): [SpanName, (span: SpanName) => void] {
  const [parameters, setParameters] = useSearchParams()
  const given = parameters.get('span') ?? ''
  const set = (span: SpanName) => setParameters({ span }, { replace: true })
  return [isSpan(given) ? given : DEFAULT_SPAN, set]
}

function NoChatbot() {
  const [creating, setCreating] = useState(false)
  return (
    <Card>
      <EmptyState
        icon="chatbots"
        title={texts.overview.noChatbotTitle}
        action={
          <Button variant="primary" icon="plus" onClick={() => setCreating(true)}>
            {texts.chatbots.create}
          </Button>
        }
      >
        {texts.overview.noChatbot}
      </EmptyState>
      <CreateChatbotDialog open={creating} onOpenChange={setCreating} />
    </Card>
  )
}

function NoWebhook() {
  return (
    <Card>
      <EmptyState
        icon="webhooks"
        title={texts.overview.noWebhookTitle}
        action={
          <ButtonLink variant="primary" icon="plus" to="/webhooks?create">
            {texts.overview.createWebhook}
          </ButtonLink>
        }
      >
        {texts.overview.noWebhook}
      </EmptyState>
    </Card>
  )
}
