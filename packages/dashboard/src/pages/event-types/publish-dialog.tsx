import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { Link } from 'react-router'
import { asFailure } from '../../api/api-failure.ts'
import { publishEvent } from '../../api/chatbots.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { ChatbotField } from '../../app/chatbot-field.tsx'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { TextAreaField, TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { readPayload } from './payload.ts'

interface PublishDialogProps {
  open: boolean
  onOpenChange(open: boolean): void
}

const { publish } = texts.eventTypes
const IDLE = { isBusy: false, isDone: false }
const EXAMPLE = { name: 'order.created', payload: { orderId: '1001', total: 49.9 } }

export function PublishDialog({ open, onOpenChange }: PublishDialogProps) {
  const formId = useId()
  const [state, setState] = useState(IDLE)
  const close = (isOpen: boolean) => {
    onOpenChange(isOpen)
    // The next time it begins with the form again.
    if (!isOpen) setState(IDLE)
  }
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={publish.title}
      description={publish.intro}
      footer={
        <>
          <Button onClick={() => close(false)}>{publish.close}</Button>
          <Button variant="primary" icon="send" type="submit" form={formId} busy={state.isBusy}>
            {state.isDone ? publish.another : publish.submit}
          </Button>
        </>
      }
    >
      <PublishForm id={formId} onState={setState} />
    </Dialog>
  )
}

interface PublishFormProps {
  id: string
  onState(state: { isBusy: boolean; isDone: boolean }): void
}

function PublishForm({ id, onState }: PublishFormProps) {
  const client = useQueryClient()
  const { chatbotId, chatbots } = useChatbot()
  const [target, setTarget] = useState(chatbotId ?? chatbots[0]?.id ?? '')
  const [name, setName] = useState(EXAMPLE.name)
  const [payload, setPayload] = useState(JSON.stringify(EXAMPLE.payload, null, 2))
  const read = readPayload(payload)
  const publishing = useMutation({
    mutationFn: (body: Record<string, unknown>) =>
      publishEvent(target, { eventType: name.trim(), payload: body }),
    onMutate: () => onState({ isBusy: true, isDone: false }),
    onSettled: (accepted) => onState({ isBusy: false, isDone: accepted !== undefined }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['deliveries'] }),
  })
  const failure = publishing.error && asFailure(publishing.error)
  const ofName = failure?.about('eventType') ?? (name.trim() === '' ? publish.nameFault : null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (read.payload && name.trim() !== '' && !publishing.isPending) {
      publishing.mutate(read.payload)
    }
  }
  return (
    <form id={id} noValidate onSubmit={submit} className="grid gap-5">
      {chatbotId === null && (
        <ChatbotField label={publish.chatbot} value={target} onChange={setTarget} />
      )}
      <TextField
        label={publish.name}
        hint={publish.nameHint}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        className="font-mono"
        value={name}
        error={ofName}
        onChange={(event) => setName(event.target.value)}
      />
      <TextAreaField
        label={publish.payload}
        hint={publish.payloadHint}
        rows={5}
        spellCheck={false}
        className="font-mono"
        value={payload}
        error={read.fault ?? failure?.about('payload')}
        onChange={(event) => setPayload(event.target.value)}
      />
      <div aria-live="polite" className="empty:hidden">
        {failure && <ErrorState error={failure} title={publish.failed} />}
        {publishing.data && !publishing.isPending && (
          <Published eventId={publishing.data.eventId} />
        )}
      </div>
    </form>
  )
}

function Published({ eventId }: { eventId: string }) {
  return (
    <Notice
      tone="good"
      title={publish.done}
      actions={
        <Link to={`/deliveries?eventId=${eventId}`} className="text-sm font-medium underline">
          {publish.seeDeliveries}
        </Link>
      }
    >
      <code className="font-mono text-xs">{eventId}</code>
    </Notice>
  )
}
