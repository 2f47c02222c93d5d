import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { asFailure } from '../../api/api-failure.ts'
import { createOnce } from '../../api/once.ts'
import type { CreatedWebhook } from '../../api/schema.ts'
import { createWebhook } from '../../api/webhooks.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { ChatbotField } from '../../app/chatbot-field.tsx'
import { texts } from '../../texts/texts.ts'
import { focusFault } from '../../ui/focus-fault.ts'
import { Notice } from '../../ui/notice.tsx'
import { emptyDraft, faultsOf, hasFaults, valuesOf, type WebhookDraft } from './webhook-draft.ts'
import { isToldAtField, WebhookFields } from './webhook-fields.tsx'

interface WebhookFormProps {
  id: string
  onBusy(busy: boolean): void
  onCreated(webhook: CreatedWebhook): void
}

const { form } = texts.webhooks
const LEAD_EVENT = 'lead.submit'

export function WebhookForm({ id, onBusy, onCreated }: WebhookFormProps) {
  const { chatbotId, chatbots } = useChatbot()
  const [target, setTarget] = useState(chatbotId ?? chatbots[0]?.id ?? '')
  const [draft, setDraft] = useState(() => emptyDraft([LEAD_EVENT]))
  const [once] = useState(createOnce)
  const [isTold, setIsTold] = useState(false)
  const element = useRef<HTMLFormElement>(null)
  const creation = useMutation({
    mutationFn: () => createWebhook(target, valuesOf(draft), once),
    onMutate: () => onBusy(true),
    onSettled: () => onBusy(false),
    onSuccess: onCreated,
  })
  const change = (part: Partial<WebhookDraft>) => {
    creation.reset()
    setDraft((before) => ({ ...before, ...part }))
  }
  const failure = creation.error && asFailure(creation.error)
  useEffect(() => {
    if (failure) focusFault(element.current)
  }, [failure])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsTold(true)
    requestAnimationFrame(() => focusFault(element.current))
    if (!hasFaults(faultsOf(draft)) && !creation.isPending) creation.mutate()
  }
  return (
    <form ref={element} id={id} noValidate onSubmit={submit} className="grid gap-5">
      {chatbotId === null && (
        <ChatbotField label={form.chatbot} value={target} onChange={setTarget} />
      )}
      <WebhookFields
        draft={draft}
        chatbotId={target}
        webhookId={null}
        isTold={isTold}
        failure={failure}
        onChange={change}
      />
      {failure && !isToldAtField(failure) && <Notice tone="bad">{failure.message}</Notice>}
    </form>
  )
}
