/** Sends a test event and shows what came back, where one asked for it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import type { Webhook, WebhookTestResult } from '../../api/schema.ts'
import { testWebhook } from '../../api/webhooks.ts'
import { formatDuration } from '../../format/format.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { isWildcard, LEAD_EVENT } from '../event-types/spelling.ts'
import { CureText } from './cure-notice.tsx'

const { test } = texts.webhooks

/** An example is of a type: under a wildcard it is a lead. */
function typesOf({ eventTypes }: Pick<Webhook, 'eventTypes'>): string[] {
  return [...new Set(eventTypes.map((name) => (isWildcard(name) ? LEAD_EVENT : name)))]
}

export function TestPanel({ webhook }: { webhook: Pick<Webhook, 'id' | 'eventTypes'> }) {
  const client = useQueryClient()
  const answer = useRef<HTMLDivElement>(null)
  const types = typesOf(webhook)
  const [eventType, setEventType] = useState(types[0] ?? '')
  const sending = useMutation({
    mutationFn: () => testWebhook(webhook.id, eventType),
    onSuccess: () => client.invalidateQueries({ queryKey: ['deliveries'] }),
  })
  // What one waited for may lie below what one sees.
  useEffect(() => {
    if (sending.isSuccess || sending.isError) answer.current?.scrollIntoView({ block: 'nearest' })
  }, [sending.isSuccess, sending.isError])
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-end gap-3">
        {types.length > 1 && (
          <SelectField
            label={test.eventType}
            value={eventType}
            onChange={(event) => setEventType(event.target.value)}
          >
            {types.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </SelectField>
        )}
        <Button icon="send" busy={sending.isPending} onClick={() => sending.mutate()}>
          {sending.isPending ? test.sending : sending.isIdle ? test.send : test.again}
        </Button>
      </div>
      <div ref={answer} aria-live="polite" className="grid scroll-my-4 gap-3 empty:hidden">
        {sending.isError && <ErrorState error={sending.error} />}
        {sending.data && !sending.isPending && (
          <TestResult result={sending.data} webhookId={webhook.id} />
        )}
      </div>
    </div>
  )
}

function TestResult({ result, webhookId }: { result: WebhookTestResult; webhookId: string }) {
  const { status, durationMs, error, note, responseBody, responseHeaders, deliveryId } = result
  const isGood = result.result === 'delivered'
  const headers = Object.entries(responseHeaders).map(([name, value]) => `${name}: ${value}`)
  const answered = status === null ? null : test.succeeded(status, formatDuration(durationMs))
  return (
    <>
      <Notice
        tone={!isGood ? 'bad' : result.cure ? 'warn' : 'good'}
        title={isGood && answered ? answered : test.failed}
        actions={
          <Link to={`/deliveries/${deliveryId}`} className="text-sm font-medium underline">
            {test.seeDelivery}
          </Link>
        }
      >
        <p>{error ?? (note ? test.notes[note] : null)}</p>
        {result.cure && (
          <div className="mt-1">
            <CureText key={deliveryId} cure={result.cure} webhookId={webhookId} />
          </div>
        )}
      </Notice>
      {status !== null && (
        <>
          {responseBody === '' ? (
            <p className="text-sm text-soft">{test.noBody}</p>
          ) : (
            <CodeBlock label={test.answer} code={responseBody} wrap />
          )}
          <details className="text-sm">
            <summary className="text-soft">{test.headers}</summary>
            <div className="mt-2">
              <CodeBlock label={test.headers} code={headers.join('\n')} wrap />
            </div>
          </details>
        </>
      )}
    </>
  )
}
