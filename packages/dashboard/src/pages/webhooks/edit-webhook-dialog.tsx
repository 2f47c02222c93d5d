/** Changes a webhook in place. What was typed outlives a save that failed and a session that ended. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { asFailure } from '../../api/api-failure.ts'
import type { Versioned } from '../../api/request.ts'
import type { Webhook } from '../../api/schema.ts'
import { statsQuery } from '../../api/stats.ts'
import { eventTypesQuery, updateWebhook, webhookQuery } from '../../api/webhooks.ts'
import { ChangedMeanwhile } from '../../app/changed-meanwhile.tsx'
import type { Merged } from '../../app/merged-draft.ts'
import { useMergedDraft } from '../../app/use-merged-draft.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { focusFault } from '../../ui/focus-fault.ts'
import { Notice } from '../../ui/notice.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { spellingOf } from '../event-types/spelling.ts'
import {
  changeOf,
  draftOf,
  droppedTypes,
  faultsOf,
  hasFaults,
  shownField,
  type WebhookDraft,
} from './webhook-draft.ts'
import { isToldAtField, WebhookFields } from './webhook-fields.tsx'
import { eachOf, NUMBER_NAMES, NUMBERS, PAIRS, PAIRS_NAMES } from './webhook-settings.ts'

interface EditWebhookDialogProps {
  webhook: Versioned<Webhook>
  open: boolean
  onOpenChange(open: boolean): void
}

const { edit, actions, form } = texts.webhooks
const { wants } = texts
const LABELS: Record<keyof WebhookDraft, string> = {
  url: form.url,
  chosen: form.eventTypes,
  others: form.otherTypes,
  description: form.description,
  format: wants.format,
  template: wants.template.label,
  templateType: wants.template.type,
  include: wants.include.label,
  filter: wants.filter.title,
  ...eachOf(PAIRS_NAMES, (name) => PAIRS[name].texts.label),
  ...eachOf(NUMBER_NAMES, (name) => NUMBERS[name].texts.label),
}
const HOUR_MS = 3_600_000
/** What holds for deliveries that wait, too. */
const OF_REQUESTS = [
  'url',
  ...PAIRS_NAMES.filter((name) => PAIRS[name].isOfRequests),
  ...NUMBER_NAMES.filter((name) => NUMBERS[name].isOfRequests),
]
/** What holds for events that come from then on. */
const OF_SHAPE = ['format', 'template', 'templateType', 'include']
const kept = new Map<string, Merged<WebhookDraft>>()

/** Somebody was at it when their session ended. */
export function isBeingEdited(webhookId: string): boolean {
  return kept.has(webhookId)
}

export function EditWebhookDialog({ webhook, open, onOpenChange }: EditWebhookDialogProps) {
  const formId = useId()
  const [isBusy, setIsBusy] = useState(false)
  const types = useQuery({ ...eventTypesQuery, enabled: open })
  const close = () => {
    kept.delete(webhook.id)
    onOpenChange(false)
  }
  // A list that can't be read keeps nobody from changing the URL: every type is typed then.
  const isReady = types.data !== undefined || types.error !== null
  const known = new Set(types.data?.map(({ name }) => name))
  return (
    <Dialog
      open={open}
      onOpenChange={(isOpen) => isOpen || close()}
      keepsOpen
      title={edit.title}
      footer={
        <>
          <Button onClick={close}>{texts.ui.cancel}</Button>
          <Button variant="primary" type="submit" form={formId} busy={isBusy}>
            {edit.save}
          </Button>
        </>
      }
    >
      {isReady ? (
        <EditForm
          id={formId}
          webhook={webhook}
          isKnown={(eventType) => known.has(spellingOf(eventType))}
          onBusy={setIsBusy}
          onDone={close}
        />
      ) : (
        <SkeletonRows rows={3} />
      )}
    </Dialog>
  )
}

interface EditFormProps {
  id: string
  webhook: Versioned<Webhook>
  isKnown(eventType: string): boolean
  onBusy(busy: boolean): void
  onDone(): void
}

function EditForm({ id, webhook, isKnown, onBusy, onDone }: EditFormProps) {
  const client = useQueryClient()
  const { showToast } = useToasts()
  const read = { id: webhook.id, saved: draftOf(webhook, isKnown), version: webhook.etag }
  const merged = useMergedDraft({ ...read, kept })
  const { draft, saved } = merged
  const [isTold, setIsTold] = useState(false)
  const element = useRef<HTMLFormElement>(null)
  const change = changeOf(draft, saved)
  const isChanged = Object.keys(change).length > 0
  const saving = useMutation({
    mutationFn: () => updateWebhook(webhook, change),
    onMutate: () => onBusy(true),
    onSettled: () => onBusy(false),
    onSuccess: (now) => {
      client.setQueryData(webhookQuery(webhook.id).queryKey, now)
      showToast({ tone: 'good', message: actions.saved })
      onDone()
      return client.invalidateQueries({ queryKey: ['webhooks'] })
    },
    onError: async (error) => {
      // Read, so that one sees what is there; what was typed stays.
      if (asFailure(error).statusCode !== 412) return
      await client.invalidateQueries({ queryKey: webhookQuery(webhook.id).queryKey })
    },
  })
  const failure = saving.error && asFailure(saving.error)
  const changed = failure?.changed ?? null
  useEffect(() => {
    if (failure) focusFault(element.current)
  }, [failure])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsTold(true)
    requestAnimationFrame(() => focusFault(element.current))
    if (hasFaults(faultsOf(draft)) || saving.isPending) return
    if (merged.collisions.some(({ isChosen }) => !isChosen)) return
    if (isChanged) saving.mutate()
    else onDone()
  }
  return (
    <form ref={element} id={id} noValidate onSubmit={submit} className="grid gap-5">
      <WebhookFields
        draft={draft}
        chatbotId={webhook.chatbotId}
        webhookId={webhook.id}
        isTold={isTold}
        failure={failure}
        onChange={(part) => {
          // Who has changed it meanwhile is told until it is saved.
          if (!changed) saving.reset()
          merged.change(part)
        }}
      />
      {isChanged && <Consequences webhook={webhook} draft={draft} saved={saved} />}
      <ChangedMeanwhile merged={merged} changed={changed} labels={LABELS} show={shownField} />
      {failure && !changed && !isToldAtField(failure) && (
        <ErrorState error={failure} title={edit.failed} />
      )}
    </form>
  )
}

interface ConsequencesProps {
  webhook: Webhook
  draft: WebhookDraft
  saved: WebhookDraft
}

/** What the change means for what is on its way, before anybody saves it. */
function Consequences({ webhook, draft, saved }: ConsequencesProps) {
  const { data: stats } = useQuery({
    ...statsQuery({ webhookId: webhook.id, spanMs: HOUR_MS, step: '1h' }),
    staleTime: 0,
  })
  const change = changeOf(draft, saved)
  const dropped = droppedTypes(draft, saved)
  const isOfRequests = OF_REQUESTS.some((name) => name in change)
  const isOfShape = OF_SHAPE.some((name) => name in change)
  if (!isOfRequests && !isOfShape && dropped.length === 0) return null
  const waiting = stats && stats.current.pending + stats.current.parked
  return (
    <Notice tone="info">
      <div role="status" className="grid gap-1">
        {isOfRequests && <p>{edit.waiting(waiting, change.url !== undefined)}</p>}
        {isOfShape && <p>{wants.pinned}</p>}
        {dropped.length > 0 && <p>{edit.dropped(dropped.join(', '))}</p>}
      </div>
    </Notice>
  )
}
