/**
 * The form at one side, what visitors will see of it at the other: it stays in sight while the form
 * scrolls. Where there is no room for both, one chooses. Nothing typed is lost by a failure.
 */
import { type FormEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import type { Versioned } from '../../api/request.ts'
import type { Chatbot } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { Card } from '../../ui/card.tsx'
import { classNames } from '../../ui/class-names.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Checkbox, FieldError, TextAreaField, TextField } from '../../ui/field.tsx'
import { focusFault } from '../../ui/focus-fault.ts'
import { Segmented } from '../../ui/segmented.tsx'
import { ColorField } from './color-field.tsx'
import { leadFormOf } from './draft.ts'
import { FieldsEditor } from './fields-editor.tsx'
import { OriginsField } from './origins-field.tsx'
import { Preview } from './preview.tsx'
import { SaveBar } from './save-bar.tsx'
import { type Editing, useEditing } from './use-editing.ts'
import { useUnsavedGuard } from './use-unsaved-guard.ts'

const { editor, preview, leave } = texts.chatbots
const TEXT_LENGTH_MAX = 500
type Side = 'form' | 'preview'
const SIDES: { value: Side; label: string }[] = [
  { value: 'form', label: preview.form },
  { value: 'preview', label: preview.title },
]

export function Editor({ chatbot }: { chatbot: Versioned<Chatbot> }) {
  const editing = useEditing(chatbot)
  const guard = useUnsavedGuard(editing.isChanged)
  const form = useRef<HTMLFormElement>(null)
  const [side, setSide] = useState<Side>('form')
  const { failure } = editing
  useEffect(() => {
    if (failure) focusFault(form.current)
  }, [failure])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    editing.save()
    requestAnimationFrame(() => focusFault(form.current))
  }
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <div className="sticky top-16 z-10 justify-self-start rounded-control bg-canvas lg:hidden">
        <Segmented<Side> label={preview.shown} value={side} onChange={setSide} options={SIDES} />
      </div>
      <form
        ref={form}
        noValidate
        onSubmit={submit}
        className={classNames('grid gap-4', side === 'preview' && 'max-lg:hidden')}
      >
        <GeneralCard {...editing} />
        <Card title={editor.asks} description={editor.asksIntro}>
          <FieldsEditor {...editing} />
          <PageQueryBox {...editing} />
        </Card>
        <SaysCard {...editing} />
        <Card title={editor.sites}>
          <OriginsField {...editing} />
        </Card>
        <SaveBar editing={editing} />
      </form>
      <div className={classNames('lg:sticky lg:top-5', side === 'form' && 'max-lg:hidden')}>
        <PreviewCard {...editing} />
      </div>
      <ConfirmDialog
        open={guard.isAsking}
        onOpenChange={(isOpen) => isOpen || guard.stay()}
        title={leave.title}
        confirmLabel={leave.confirm}
        danger
        onConfirm={async () => {
          editing.forget()
          guard.leave()
        }}
      >
        <p>{leave.body}</p>
      </ConfirmDialog>
    </div>
  )
}

function PageQueryBox({ draft, change }: Editing) {
  return (
    <Checkbox
      className="mt-4 border-t border-line pt-4"
      label={editor.pageQuery}
      hint={editor.pageQueryHint}
      checked={draft.pageQuery}
      onChange={(event) => change({ pageQuery: event.target.checked })}
    />
  )
}

function GeneralCard({ draft, faults, refused, change }: Editing) {
  return (
    <Card title={editor.general}>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
        <TextField
          label={texts.chatbots.name}
          hint={editor.visitorName}
          maxLength={200}
          autoComplete="off"
          value={draft.name}
          error={refused('name') ?? faults.name}
          onChange={(event) => change({ name: event.target.value })}
        />
        <ColorField
          color={draft.color}
          error={refused('leadForm.color') ?? faults.color}
          onChange={(color) => change({ color })}
        />
      </div>
    </Card>
  )
}

function SaysCard({ draft, refused, change }: Editing) {
  return (
    <Card title={editor.says}>
      <div className="grid gap-4">
        <TextAreaField
          label={editor.greeting}
          hint={editor.greetingHint}
          optional
          maxLength={TEXT_LENGTH_MAX}
          value={draft.greeting}
          error={refused('leadForm.greeting')}
          onChange={(event) => change({ greeting: event.target.value })}
        />
        <TextAreaField
          label={editor.thanks}
          hint={editor.thanksHint}
          optional
          maxLength={TEXT_LENGTH_MAX}
          value={draft.thanks}
          error={refused('leadForm.thanks')}
          onChange={(event) => change({ thanks: event.target.value })}
        />
        <TextAreaField
          label={editor.consent}
          hint={editor.consentHint}
          placeholder={editor.consentPlaceholder}
          optional
          maxLength={TEXT_LENGTH_MAX}
          value={draft.consent}
          error={refused('leadForm.consent')}
          onChange={(event) => change({ consent: event.target.value })}
        />
        {draft.consent.trim() !== '' && (
          <Checkbox
            label={editor.consentRequired}
            hint={editor.consentRequiredHint}
            checked={draft.consentRequired}
            onChange={(event) => change({ consentRequired: event.target.checked })}
          />
        )}
      </div>
    </Card>
  )
}

function PreviewCard({ draft, faults }: Editing) {
  const name = draft.name.trim() === '' ? preview.unnamed : draft.name
  // By its text: an origin that is being typed builds no new widget.
  const text = useDeferredValue(JSON.stringify(leadFormOf(draft)))
  const leadForm = useMemo(() => JSON.parse(text), [text])
  return (
    <Card title={preview.title} description={preview.intro} weight="main">
      {faults.fields ? (
        <FieldError message={faults.fields} />
      ) : (
        <Preview name={name} leadForm={leadForm} />
      )}
    </Card>
  )
}
