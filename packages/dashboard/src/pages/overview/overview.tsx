/** The first look: do leads come, do they arrive, and if not, where is the cause. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useSearchParams } from 'react-router'
import { statsQuery } from '../../api/stats.ts'
import { givenUpQuery, troubledQuery } from '../../api/troubles.ts'
import { webhookListQuery } from '../../api/webhooks.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { texts } from '../../texts/texts.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Attention } from './attention.tsx'
import { AttemptsChart, LatencyChart } from './charts.tsx'
import { FailingChatbots } from './failing-chatbots.tsx'
import { Figures } from './figures.tsx'
import { LeadsCard } from './leads-card.tsx'
import { DEFAULT_SPAN, isSpan, SPANS, type SpanName } from './spans.ts'
import { troublesOf } from './troubles.ts'
import { type Setup, useSetup } from './use-setup.ts'

/** Gone once all is set up: nobody loads it then. */
const Checklist = lazy(async () => ({ default: (await import('./checklist.tsx')).Checklist }))

export default function Overview() {
  const { isEmpty: isNew } = useChatbot()
  const [span, setSpan] = useSpan()
  const setup = useSetup()
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
      <div className="grid gap-4">
        {setup && !setup.done.webhook && <Steps setup={setup} />}
        {!isNew && <Numbers span={span} setup={setup} />}
      </div>
    </>
  )
}

const BESIDE = 'grid gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]'

interface NumbersProps {
  span: SpanName
  /** Says already what is missing; once there is a webhook, what fails is told before it. */
  setup: Setup | null
}

function Numbers({ span, setup }: NumbersProps) {
  const { chatbotId, isLoading } = useChatbot()
  const stats = useQuery({ ...statsQuery({ chatbotId, ...SPANS[span] }), enabled: !isLoading })
  const some = useQuery({ ...webhookListQuery({ chatbotId, cursor: null }), enabled: !isLoading })
  const troubled = useQuery({ ...troubledQuery(chatbotId), enabled: !isLoading })
  const givenUp = useQuery({ ...givenUpQuery(chatbotId), enabled: !isLoading })
  const failed = [troubled, givenUp, some, stats].find(({ error }) => error !== null)
  if (failed) {
    // One failure is told once.
    const retry = () => [troubled, givenUp, some, stats].map(({ refetch }) => refetch())
    return <ErrorState error={failed.error} onRetry={retry} />
  }
  const troubles = troubled.data && givenUp.data && troublesOf(troubled.data, givenUp.data)
  const isTroubled = !!troubles && !!givenUp.data && troubles.length + givenUp.data.count > 0
  const leads = !isLoading && <LeadsCard chatbotId={chatbotId} isBeside={isTroubled} />
  const hasSteps = setup?.done.webhook === true
  return (
    <>
      {/* What wants somebody is the thing of the page, and the leads stand beside it. */}
      <div className={isTroubled ? `${BESIDE} items-start` : 'grid gap-4'}>
        <div className="grid gap-4">
          {some.data?.data.length === 0 ? (
            setup === null && <NoWebhook />
          ) : troubles && givenUp.data && some.data ? (
            <Attention troubles={troubles} givenUp={givenUp.data} />
          ) : (
            <Skeleton className="h-12 rounded-card" />
          )}
          {hasSteps && isTroubled && leads}
        </div>
        <div className="grid gap-4">
          {hasSteps && <Steps setup={setup} />}
          {!(hasSteps && isTroubled) && leads}
          {chatbotId === null && troubles && <FailingChatbots troubles={troubles} />}
        </div>
      </div>
      <Figures stats={stats.data ?? null} />
      <div className={BESIDE}>
        <AttemptsChart stats={stats.data ?? null} span={span} />
        <LatencyChart stats={stats.data ?? null} span={span} />
      </div>
    </>
  )
}

function Steps({ setup }: { setup: Setup }) {
  return (
    <Suspense fallback={<Skeleton className="h-72 rounded-card" />}>
      <Checklist setup={setup} />
    </Suspense>
  )
}

/** In the address: a link shows what one sees. */
function useSpan(): [SpanName, (span: SpanName) => void] {
  const [parameters, setParameters] = useSearchParams()
  const given = parameters.get('span') ?? ''
  const set = (span: SpanName) => setParameters({ span }, { replace: true })
  return [isSpan(given) ? given : DEFAULT_SPAN, set]
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
