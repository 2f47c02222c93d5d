import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { createApiKey } from '../../api/access.ts'
import { asFailure } from '../../api/api-failure.ts'
import type { CreatedApiKey } from '../../api/schema.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { useSession } from '../../app/session.tsx'
import { texts } from '../../texts/texts.ts'
import { ErrorState } from '../../ui/error-state.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'

interface KeyFormProps {
  id: string
  onBusy(busy: boolean): void
  onCreated(key: CreatedApiKey): void
}

const { form } = texts.apiKeys
const EVERYTHING = ''
const NAME_LENGTH_MAX = 100

/** Limited to one chatbot unless an operator says otherwise; an owner's is, whatever is asked. */
export function KeyForm({ id, onBusy, onCreated }: KeyFormProps) {
  const { kind } = useSession()
  const { chatbotId, chatbots, isLoading } = useChatbot()
  const [name, setName] = useState('')
  const [chosen, setScope] = useState<string | null>(null)
  // Read each time: the chatbots may come after the form.
  const scope = chosen ?? chatbotId ?? chatbots[0]?.id ?? EVERYTHING
  // Sent before they came, the key would be one for everything, and nobody chose that.
  const isUnknown = kind === 'operator' && chosen === null && isLoading
  useEffect(() => onBusy(isUnknown), [isUnknown, onBusy])
  const [isTold, setIsTold] = useState(false)
  const creation = useMutation({
    mutationFn: () =>
      createApiKey({ name: name.trim(), ...(scope === EVERYTHING ? {} : { chatbotId: scope }) }),
    onMutate: () => onBusy(true),
    onSettled: () => onBusy(false),
    onSuccess: onCreated,
    gcTime: 0,
  })
  const failure = creation.error && asFailure(creation.error)
  const isMissing = name.trim() === ''
  const ofName = isTold && isMissing ? form.nameMissing : failure?.about('name')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsTold(true)
    if (!isMissing && !isUnknown && !creation.isPending) creation.mutate()
  }
  return (
    <form id={id} noValidate onSubmit={submit} className="grid gap-5">
      <TextField
        label={form.name}
        hint={form.nameHint}
        placeholder={form.namePlaceholder}
        maxLength={NAME_LENGTH_MAX}
        autoComplete="off"
        value={name}
        error={ofName}
        onChange={(event) => setName(event.target.value)}
      />
      {kind === 'operator' && (
        <div className="grid gap-2">
          <SelectField
            label={form.scope}
            value={scope}
            onChange={(event) => setScope(event.target.value)}
          >
            {chatbots.map((chatbot) => (
              <option key={chatbot.id} value={chatbot.id}>
                {form.only(chatbot.name)}
              </option>
            ))}
            <option value={EVERYTHING}>{form.everything}</option>
          </SelectField>
          {scope === EVERYTHING && <Notice tone="warn">{form.operatorWarning}</Notice>}
        </div>
      )}
      {failure && !ofName && <ErrorState error={failure} title={form.failed} />}
    </form>
  )
}
