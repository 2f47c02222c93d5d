/** What a failure means and what to do about it, with the one click that does it where there is one. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Cure, Webhook } from '../../api/schema.ts'
import { testWebhook, updateWebhook, webhookQuery } from '../../api/webhooks.ts'
import { formatDuration } from '../../format/format.ts'
import { texts } from '../../texts/texts.ts'
import { Breakable } from '../../ui/breakable.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Notice } from '../../ui/notice.tsx'
import { checkUrl } from './url-check.ts'

const { cure: words, test } = texts.webhooks

interface CureProps {
  cure: Cure
  webhookId: string
}

/** Amber where the delivery counts as taken: it is a doubt, and no failure. */
export function CureNotice({ cure, webhookId }: CureProps) {
  const isDoubt = cure.code === 'web_page' || cure.code === 'body_says_failed'
  return (
    <Notice tone={isDoubt ? 'warn' : 'info'} title={words.title}>
      <CureText cure={cure} webhookId={webhookId} />
    </Notice>
  )
}

/** The same within a notice that tells the failure. */
export function CureText({ cure, webhookId }: CureProps) {
  const [isChanged, setIsChanged] = useState(false)
  return (
    <div className="grid gap-2">
      <p>
        {cure.cause} <span className="font-medium">{cure.text}</span>
      </p>
      {isChanged ? (
        <AfterChange webhookId={webhookId} />
      ) : (
        cure.action && (
          <UseUrl
            cure={cure}
            to={cure.action.url}
            webhookId={webhookId}
            onChanged={() => setIsChanged(true)}
          />
        )
      )}
    </div>
  )
}

interface UseUrlProps extends CureProps {
  to: string
  onChanged(): void
}

function UseUrl({ cure, to, webhookId, onChanged }: UseUrlProps) {
  const client = useQueryClient()
  const [isAsked, setIsAsked] = useState(false)
  const { data: webhook } = useQuery({ ...webhookQuery(webhookId), staleTime: 60_000 })
  // What was changed elsewhere meanwhile is not offered once more.
  if (webhook === undefined || webhook.url === to || checkUrl(to).fault !== null) return null
  const isRedirect = cure.code.startsWith('redirect')
  const change = async () => {
    const now = await updateWebhook(webhook, { url: to }).catch(async (error: unknown) => {
      // Of another version by now: what is offered next is the change of that one.
      await client.invalidateQueries({ queryKey: webhookQuery(webhookId).queryKey })
      throw error
    })
    client.setQueryData(webhookQuery(webhookId).queryKey, now)
    onChanged()
    await client.invalidateQueries({ queryKey: ['webhooks'] })
  }
  return (
    <>
      <div>
        <Button size="sm" onClick={() => setIsAsked(true)}>
          {isRedirect ? words.useUrl : words.useHttps}
        </Button>
      </div>
      <ConfirmDialog
        open={isAsked}
        onOpenChange={setIsAsked}
        title={isRedirect ? words.askUseUrl : words.askUseHttps}
        confirmLabel={words.confirmUseUrl}
        onConfirm={change}
      >
        <Change cure={cure} from={webhook} to={to} />
      </ConfirmDialog>
    </>
  )
}

function Change({ cure, from, to }: { cure: Cure; from: Webhook; to: string }) {
  const { warning } = checkUrl(to)
  const isRisky = cure.code === 'redirect_elsewhere' || cure.code === 'redirect_insecure'
  return (
    <>
      <dl className="grid gap-2 text-sm">
        {[
          [words.from, from.url],
          [words.to, to],
        ].map(([name, url]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="font-mono text-xs text-ink [overflow-wrap:anywhere]">
              <Breakable text={url ?? ''} />
            </dd>
          </div>
        ))}
      </dl>
      {(isRisky || warning) && (
        <Notice tone="warn">
          {isRisky ? cure.text : null} {warning}
        </Notice>
      )}
      <p>{texts.webhooks.edit.waiting(undefined, true)}</p>
    </>
  )
}

/** Whether it was the right one shows a test, not a lead. */
function AfterChange({ webhookId }: { webhookId: string }) {
  const sending = useMutation({ mutationFn: () => testWebhook(webhookId) })
  const { data, error, isPending } = sending
  return (
    <div className="grid gap-2" aria-live="polite">
      <p className="font-medium">{words.changed}</p>
      {data && (
        <p className={data.result === 'delivered' ? 'text-good' : 'text-bad'}>
          {data.status === null || data.result === 'failed'
            ? `${test.failed}: ${data.error}`
            : test.succeeded(data.status, formatDuration(data.durationMs))}
        </p>
      )}
      {error && <ErrorState error={error} />}
      <div>
        <Button size="sm" icon="send" busy={isPending} onClick={() => sending.mutate()}>
          {data ? test.again : test.send}
        </Button>
      </div>
    </div>
  )
}
