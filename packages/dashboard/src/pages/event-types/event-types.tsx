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
    <section aria-labelledby="notices" className="mt-2 grid gap-3">
      <div>
        <h2 id="notices" className="text-base font-semibold">
          {words.notices.title}
        </h2>
        <p className="max-w-2xl text-sm text-soft">{words.notices.intro}</p>
      </div>
      <Card flush>
        <ul className="divide-y divide-line">
          {types.map((type) => (
            <NoticeType key={type.name} type={type} found={found} />
          ))}
        </ul>
      </Card>
    </section>
  )
}

/** A line each: they are alike, and one opens the one that one handles. */
function NoticeType({ type, found }: { type: EventType; found: Found }) {
  return (
    <li className="grid gap-x-6 gap-y-2 px-4 py-2.5 lg:grid-cols-2">
      <div className="grid content-start gap-1">
        <h3 className="font-semibold">{type.name}</h3>
        <p className="text-sm text-soft">{aboutOf(type)}</p>
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          <details className="text-sm open:w-full">
            <summary className="text-soft hover:text-ink">{words.example}</summary>
            <div className="mt-2">
              <Example type={type} />
            </div>
          </details>
          <Schema type={type} />
        </div>
      </div>
      <section className="grid content-start gap-1.5">
        <h4 className="text-sm font-medium">{words.subscribed}</h4>
        <Subscribers type={type} found={found} />
      </section>
    </li>
  )
}

function aboutOf({ name, description }: EventType): string {
  return words.notices.types[name] ?? description.replaceAll('`', '')
}

function KnownType({ type, found }: { type: EventType; found: Found }) {
  return (
    <Card
      title={type.name}
      description={<p className="max-w-2xl">{aboutOf(type)}</p>}
      weight="main"
    >
      <div className="grid gap-4 lg:grid-cols-2">
        <div className="grid content-start gap-2">
          <Example type={type} />
          <Schema type={type} />
        </div>
        <section className="grid content-start gap-2">
          <h3 className="text-sm font-medium">{words.subscribed}</h3>
          <Subscribers type={type} found={found} />
        </section>
      </div>
    </Card>
  )
}

function Example({ type: { name, example } }: { type: EventType }) {
  return (
    <CodeBlock
      caption={words.example}
      label={words.exampleOf(name)}
      code={JSON.stringify(example, null, 2)}
    />
  )
}

function Schema({ type: { name, schema } }: { type: EventType }) {
  return (
    <details className="text-sm open:w-full">
      <summary className="text-soft hover:text-ink">{words.schema}</summary>
      <div className="mt-2">
        <CodeBlock
          caption={words.schema}
          label={words.schemaOf(name)}
          code={JSON.stringify(schema, null, 2)}
        />
      </div>
    </details>
  )
}

function Subscribers({ type, found: { webhooks, isPartial } }: { type: EventType; found: Found }) {
  const subscribed = webhooks.filter(({ eventTypes }) =>
    eventTypes.some((name) => spellingOf(name) === type.name),
  )
  if (subscribed.length === 0) return <Nobody isPartial={isPartial} />
  return <Subscribed webhooks={subscribed} />
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
    <ul className="grid gap-1">
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
