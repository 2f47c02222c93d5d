import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { asFailure } from '../api/api-failure.ts'
import { createChatbot } from '../api/chatbots.ts'
import { createOnce } from '../api/once.ts'
import type { Chatbot } from '../api/schema.ts'
import { texts } from '../texts/texts.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { TextField } from '../ui/field.tsx'
import { useToasts } from '../ui/toasts.tsx'
import { useChatbot } from './chatbot-choice.tsx'

interface CreateChatbotDialogProps {
  open: boolean
  onOpenChange(open: boolean): void
  /** Leads on to it; default: it is closed. */
  onCreated?(chatbot: Chatbot): void
}

/** The new chatbot is the chosen one afterwards. */
export function CreateChatbotDialog({ open, onOpenChange, onCreated }: CreateChatbotDialogProps) {
  const formId = useId()
  const [busy, setBusy] = useState(false)
  const done = (chatbot: Chatbot) => {
    if (onCreated) onCreated(chatbot)
    else onOpenChange(false)
  }
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="sm"
      title={texts.chatbots.create}
      description={texts.chatbots.createIntro}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{texts.ui.cancel}</Button>
          <Button variant="primary" type="submit" form={formId} busy={busy}>
            {texts.chatbots.create}
          </Button>
        </>
      }
    >
      <ChatbotForm id={formId} onBusy={setBusy} onDone={done} />
    </Dialog>
  )
}

interface ChatbotFormProps {
  id: string
  onBusy(busy: boolean): void
  onDone(chatbot: Chatbot): void
}

function ChatbotForm({ id, onBusy, onDone }: ChatbotFormProps) {
  const client = useQueryClient()
  const { choose } = useChatbot()
  const { showToast } = useToasts()
  const [once] = useState(createOnce)
  const [name, setName] = useState('')
  const [isMissing, setIsMissing] = useState(false)
  const creation = useMutation({
    mutationFn: () => createChatbot({ name: name.trim() }, once),
    onMutate: () => onBusy(true),
    onSettled: () => onBusy(false),
    onSuccess: async (chatbot) => {
      await client.invalidateQueries({ queryKey: ['chatbots'] })
      choose(chatbot.id)
      showToast({ tone: 'good', message: texts.chatbots.created(chatbot.name) })
      onDone(chatbot)
    },
  })
  const failure = creation.error && asFailure(creation.error)
  const ofName = isMissing ? texts.chatbots.nameMissing : failure?.about('name')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsMissing(name.trim() === '')
    if (name.trim() !== '' && !creation.isPending) creation.mutate()
  }
  return (
    <form id={id} noValidate onSubmit={submit} className="grid gap-4">
      <TextField
        label={texts.chatbots.name}
        hint={texts.chatbots.nameHint}
        placeholder={texts.chatbots.namePlaceholder}
        error={ofName}
        value={name}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => setName(event.target.value)}
      />
      {failure && !ofName && <ErrorState error={failure} title={texts.chatbots.notCreated} />}
    </form>
  )
}
