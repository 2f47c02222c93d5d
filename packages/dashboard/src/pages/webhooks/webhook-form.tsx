import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type ApiFailure, asFailure } from '../../api/api-failure.ts'
import type { CreatedWebhook, EventType } from '../../api/schema.ts'
import { createWebhook, eventTypesQuery } from '../../api/webhooks.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { texts } from '../../texts/texts.ts'
import { Checkbox, FieldError, SelectField, TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { checkUrl } from './url-check.ts'

interface WebhookFormProps {
  id: string
  onBusy(busy: boolean): void
  onCreated(webhook: CreatedWebhook): void
}

interface Values {
  url: string
  /** Of those with a description. */
  chosen: ReadonlySet<string>
  others: string
  description: string
}

const { form } = texts.webhooks
const LEAD_EVENT = 'lead.submit'
const PATHS = ['url', 'eventTypes', 'description']

export function WebhookForm({ id, onBusy, onCreated }: WebhookFormProps) {
  const { chatbotId, chatbots } = useChatbot()
  const [target, setTarget] = useState(chatbotId ?? chatbots[0]?.id ?? '')
  const [values, setValues] = useState<Values>({
    ...{ url: '', others: '', description: '' },
    chosen: new Set([LEAD_EVENT]),
  })
  const [submitted, setSubmitted] = useState(false)
  const change = (part: Partial<Values>) => {
    creation.reset()
    setValues((before) => ({ ...before, ...part }))
  }
  const eventTypes = [...values.chosen, ...splitTypes(values.others)]
  const creation = useMutation({
    mutationFn: () =>
      createWebhook(target, {
        url: values.url.trim(),
        eventTypes,
        description: values.description.trim(),
      }),
    onMutate: () => onBusy(true),
    onSettled: () => onBusy(false),
    onSuccess: onCreated,
  })
  const failure = creation.error && asFailure(creation.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setSubmitted(true)
    const isWhole = checkUrl(values.url).fault === null && eventTypes.length > 0
    if (isWhole && !creation.isPending) creation.mutate()
  }
  return (
    <form id={id} noValidate onSubmit={submit} className="grid gap-5">
      {chatbotId === null && (
        <SelectField
          label={form.chatbot}
          value={target}
          onChange={(event) => setTarget(event.target.value)}
        >
          {chatbots.map((chatbot) => (
            <option key={chatbot.id} value={chatbot.id}>
              {chatbot.name}
            </option>
          ))}
        </SelectField>
      )}
      <UrlField
        url={values.url}
        submitted={submitted}
        failure={failure}
        onChange={(url) => change({ url })}
      />
      <EventTypesField
        {...values}
        error={
          failure?.about('eventTypes') ??
          (submitted && eventTypes.length === 0 ? form.eventTypesMissing : null)
        }
        onChange={change}
      />
      <TextField
        label={form.description}
        hint={form.descriptionHint}
        optional
        maxLength={500}
        value={values.description}
        error={failure?.about('description')}
        onChange={(event) => change({ description: event.target.value })}
      />
      {failure && !PATHS.some((path) => failure.about(path)) && (
        <Notice tone="bad">{failure.message}</Notice>
      )}
    </form>
  )
}

interface UrlFieldProps {
  url: string
  submitted: boolean
  failure: ApiFailure | null
  onChange(url: string): void
}

/** Checked as one types, but nobody is told of a mistake before they had the time to finish. */
function UrlField({ url, submitted, failure, onChange }: UrlFieldProps) {
  const [left, setLeft] = useState(false)
  const { fault, warning } = checkUrl(url)
  const isTold = submitted || (left && url !== '')
  return (
    <div className="grid gap-2">
      <TextField
        label={form.url}
        hint={form.urlHint}
        placeholder={form.urlPlaceholder}
        type="url"
        inputMode="url"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={url}
        error={failure?.about('url') ?? (isTold ? fault : null)}
        onChange={(event) => onChange(event.target.value)}
        onBlur={() => setLeft(true)}
      />
      {warning && <Notice tone="warn">{warning}</Notice>}
    </div>
  )
}

interface EventTypesFieldProps extends Pick<Values, 'chosen' | 'others'> {
  error: string | null
  onChange(part: Partial<Values>): void
}

function EventTypesField({ chosen, others, error, onChange }: EventTypesFieldProps) {
  const { data: known = [] } = useQuery(eventTypesQuery)
  const toggle = (name: string, isOn: boolean) => {
    const next = new Set(chosen)
    if (isOn) next.add(name)
    else next.delete(name)
    onChange({ chosen: next })
  }
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-2 text-sm font-medium">{form.eventTypes}</legend>
      {known.map((type: EventType) => (
        <Checkbox
          key={type.name}
          label={<span className="font-mono text-sm">{type.name}</span>}
          hint={type.description.replaceAll('`', '')}
          checked={chosen.has(type.name)}
          onChange={(event) => toggle(type.name, event.target.checked)}
        />
      ))}
      <TextField
        label={form.otherTypes}
        hint={form.otherTypesHint}
        optional
        autoCapitalize="none"
        spellCheck={false}
        value={others}
        onChange={(event) => onChange({ others: event.target.value })}
      />
      {error && <FieldError message={error} />}
    </fieldset>
  )
}

function splitTypes(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean)
}
