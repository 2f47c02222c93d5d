import { useState } from 'react'
import { texts } from '../../texts/texts.ts'
import { IconButton } from '../../ui/button.tsx'
import { Checkbox, FieldError, TextField } from '../../ui/field.tsx'
import { type DraftField, moveField } from './draft.ts'
import type { Editing } from './use-editing.ts'

const { editor, kinds } = texts.chatbots
const LABEL_LENGTH_MAX = 100

/** Which fields, in which order. Where each went is said to those who don't see it. */
export function FieldsEditor({ draft: { fields }, faults, refused, change }: Editing) {
  const [moved, setMoved] = useState('')
  const move = (name: DraftField['name'], by: -1 | 1) => {
    const next = moveField(fields, name, by)
    if (!next) return
    change({ fields: next })
    const place = next.findIndex((field) => field.name === name) + 1
    setMoved(editor.moved(kinds[name], place, next.length))
  }
  const set = (name: DraftField['name'], part: Partial<DraftField>) => {
    change({ fields: fields.map((field) => (field.name === name ? { ...field, ...part } : field)) })
  }
  return (
    <div className="grid gap-3">
      <ul className="-my-2 grid divide-y divide-line">
        {fields.map((field, index) => (
          <FieldRow
            key={field.name}
            field={field}
            isFirst={index === 0}
            isLast={index === fields.length - 1}
            error={faults.labels.includes(field.name) ? editor.labelMissing : null}
            onChange={(part) => set(field.name, part)}
            onMove={(by) => move(field.name, by)}
          />
        ))}
      </ul>
      <p role="status" className="sr-only">
        {moved}
      </p>
      {(faults.fields ?? refused('leadForm.fields')) && (
        <FieldError message={faults.fields ?? refused('leadForm.fields') ?? ''} />
      )}
    </div>
  )
}

interface FieldRowProps {
  field: DraftField
  isFirst: boolean
  isLast: boolean
  error: string | null
  onChange(part: Partial<DraftField>): void
  onMove(by: -1 | 1): void
}

function FieldRow({ field, isFirst, isLast, error, onChange, onMove }: FieldRowProps) {
  const { name, label, required, isAsked } = field
  const kind = kinds[name]
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1.5 py-2 sm:grid-cols-[9rem_minmax(0,1fr)_auto_auto]">
      <Checkbox
        label={<span className="font-medium">{editor.asked(kind)}</span>}
        checked={isAsked}
        onChange={(event) => onChange({ isAsked: event.target.checked })}
      />
      <div className="flex sm:order-last">
        <MoveButton icon="up" label={editor.up(kind)} isOff={isFirst} onMove={() => onMove(-1)} />
        <MoveButton icon="down" label={editor.down(kind)} isOff={isLast} onMove={() => onMove(1)} />
      </div>
      {isAsked ? (
        <>
          <TextField
            label={editor.labelOf(kind)}
            labelHidden
            maxLength={LABEL_LENGTH_MAX}
            autoComplete="off"
            value={label}
            error={error}
            onChange={(event) => onChange({ label: event.target.value })}
          />
          <Checkbox
            label={editor.required}
            checked={required}
            onChange={(event) => onChange({ required: event.target.checked })}
          />
        </>
      ) : (
        <span aria-hidden="true" className="max-sm:hidden sm:col-span-2" />
      )}
    </li>
  )
}

interface MoveButtonProps {
  icon: 'up' | 'down'
  label: string
  isOff: boolean
  onMove(): void
}

/** It keeps the focus, though its row moves and it may have no further to go. */
function MoveButton({ icon, label, isOff, onMove }: MoveButtonProps) {
  return (
    <IconButton
      icon={icon}
      label={label}
      aria-disabled={isOff || undefined}
      className={isOff ? 'opacity-40' : ''}
      onClick={(event) => {
        if (isOff) return
        const button = event.currentTarget
        onMove()
        requestAnimationFrame(() => button.focus())
      }}
    />
  )
}
