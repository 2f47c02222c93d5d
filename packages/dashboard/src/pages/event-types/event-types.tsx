/** What webhooks can subscribe to: the types with a shape of ours, and those that somebody made up. */
import { useQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'react-router'
import type { EventType, Webhook } from '../../api/schema.ts'
import { eventTypesQuery } from '../../api/webhooks.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { useWebhooks } from '../../app/use-webhooks.ts'
import { webhookName } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { Breakable } from '../../ui/breakable.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { WebhookBadge } from '../../ui/status-badge.tsx'
import { isNotice } from './notice-types.ts'
import { OtherTypes } from './other-types.tsx'
import { PublishDialog } from './publish-dialog.tsx'
import { spellingOf } from './spelling.ts'

const words = texts.eventTypes

export default function EventTypesPage() {
  const { chatbots } = useChatbot()
  const [publishing, setPublishing] = usePublishing()
  return (
    <>
      <PageHeader
        title={words.title}
        description={words.intro}
        actions={
          chatbots.length > 0 && (
            <Button icon="send" onClick={() => setPublishing(true)}>
              {words.publish.action}
            </Button>
          )
        }
      />
      <Types />
      <PublishDialog open={publishing && chatbots.length > 0} onOpenChange={setPublishing} />
    </>
  )
}

/** `?publish` opens the dialog at once: others lead here with it. */
function usePublishing(): [boolean, (publishing: boolean) => void] {
  const [parameters, setParameters] = useSearchParams()
  const set = (publishing: boolean) => {
    setParameters(publishing ? { publish: '' } : {}, { replace: true })
  }
  return [parameters.has('publish'), set]
}

function Types() {
  const known = useQuery(eventTypesQuery)
  const { webhooks, isPending, isPartial, error, refetch } = useWebhooks()
  if (known.error) return <ErrorState error={known.error} onRetry={known.refetch} />
  if (error) return <ErrorState error={error} onRetry={refetch} />
  if (!known.data || isPending) {
    return (
      <Card flush>
        <SkeletonRows />
      </Card>
    )
  }
  const found = { webhooks, isPartial }
  const names = new Set(known.data.map(({ name }) => name))
  return (
    <div className="grid gap-4">
      {isPartial && <Notice tone="info">{words.isPartial(webhooks.length)}</Notice>}
      {known.data
        .filter(({ name }) => !isNotice(name))
        .map((type) => (
          <KnownType key={type.name} type={type} found={found} />
        ))}
      <OtherTypes known={names} {...found} />
      <NoticeTypes types={known.data.filter(({ name }) => isNotice(name))} found={found} />
    </div>
  )
}

/** What nobody of these gets, others may get, if there are more. */
interface Found {
  webhooks: readonly Webhook[]
  isPartial: boolean
}

function NoticeTypes({ types, found }: { types: readonly EventType[]; found: Found }) {
  if (types.length === 0) return null
  return (
    <section aria-labelledby="notices" className="mt-3 grid gap-4">
      <div>
        <h2 id="notices" className="text-base font-semibold">
          {words.notices.title}
        </h2>
        <p className="max-w-2xl text-sm text-soft">{words.notices.intro}</p>
      </div>
      {types.map((type) => (
        <KnownType key={type.name} type={type} found={found} />
      ))}
    </section>
  )
}

function KnownType({ type, found }: { type: EventType; found: Found }) {
  const { webhooks, isPartial } = found
  const subscribed = webhooks.filter(({ eventTypes }) =>
    eventTypes.some((name) => spellingOf(name) === type.name),
  )
  return (
    <Card
      title={type.name}
      description={
        <p className="max-w-2xl">
          {words.notices.types[type.name] ?? type.description.replaceAll('`', '')}
        </p>
      }
    >
      <div className="grid gap-4 lg:grid-cols-2">
        <div className="grid content-start gap-3">
          <CodeBlock
            caption={words.example}
            label={words.exampleOf(type.name)}
            code={JSON.stringify(type.example, null, 2)}
          />
          <details className="text-sm">
            <summary className="text-soft">{words.schema}</summary>
            <div className="mt-2">
              <CodeBlock
                caption={words.schema}
                label={words.schemaOf(type.name)}
                code={JSON.stringify(type.schema, null, 2)}
              />
            </div>
          </details>
        </div>
        <section className="grid content-start gap-2">
          <h3 className="text-sm font-medium">{words.subscribed}</h3>
          {subscribed.length === 0 ? (
            <Nobody isPartial={isPartial} />
          ) : (
            <Subscribed webhooks={subscribed} />
          )}
        </section>
      </div>
    </Card>
  )
}

function Nobody({ isPartial }: { isPartial: boolean }) {
  return (
    <p className="text-sm text-soft">
      {isPartial ? words.noneOfThese : words.nobody}{' '}
      <Link to="/webhooks?create" className="font-medium text-accent hover:underline">
        {words.subscribe}
      </Link>
    </p>
  )
}

function Subscribed({ webhooks }: { webhooks: readonly Webhook[] }) {
  return (
    <ul className="grid gap-2">
      {webhooks.map((webhook) => (
        <li key={webhook.id} className="flex items-center justify-between gap-3 text-sm">
          <Link to={`/webhooks/${webhook.id}`} className="min-w-0 clipped hover:underline">
            <Breakable text={webhookName(webhook)} />
          </Link>
          <WebhookBadge webhook={webhook} />
        </li>
      ))}
    </ul>
  )
}
