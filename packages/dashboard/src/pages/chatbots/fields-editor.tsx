import { useRef, useState } from 'react'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { FieldError } from '../../ui/field.tsx'
import { type DraftField, moveField, OWN_FIELDS_MAX, withNewField } from './draft.ts'
import { FieldRow, kindOf } from './field-row.tsx'
import { OwnFieldRow } from './own-field-row.tsx'
import type { Editing } from './use-editing.ts'

const { editor } = texts.chatbots

/** Which fields, in which order. Where each went is said to those who don't see it. */
export function FieldsEditor({ draft: { fields }, faults, isTold, refused, change }: Editing) {
  const [moved, setMoved] = useState('')
  const list = useRef<HTMLUListElement>(null)
  const move = (key: string, by: -1 | 1) => {
    const next = moveField(fields, key, by)
    const place = next?.findIndex((field) => field.key === key) ?? -1
    const field = next?.[place]
    if (!next || !field) return
    change({ fields: next })
    setMoved(editor.moved(kindOf(field), place + 1, next.length))
  }
  const set = (key: string, part: Partial<DraftField>) => {
    change({ fields: fields.map((field) => (field.key === key ? { ...field, ...part } : field)) })
  }
  const add = () => {
    change({ fields: withNewField(fields) })
    // The row that is new is where one types next.
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLElement>('li:last-child input')?.focus(),
    )
  }
  const own = fields.filter(({ type }) => type !== null)
  return (
    <div className="grid gap-3">
      <ul ref={list} className="-my-2 grid divide-y divide-line">
        {fields.map((field, index) => {
          const row = {
            field,
            isFirst: index === 0,
            isLast: index === fields.length - 1,
            error: faults.labels.includes(field.key) ? editor.labelMissing : null,
            onChange: (part: Partial<DraftField>) => set(field.key, part),
            onMove: (by: -1 | 1) => move(field.key, by),
          }
          return field.type === null ? (
            <FieldRow key={field.key} {...row} />
          ) : (
            <OwnFieldRow
              key={field.key}
              {...row}
              fault={isTold ? (faults.own.get(field.key) ?? null) : null}
              taken={fields.filter((other) => other !== field).map(({ name }) => name)}
              onRemove={() => change({ fields: fields.filter((other) => other !== field) })}
            />
          )
        })}
      </ul>
      <p role="status" className="sr-only">
        {moved}
      </p>
      {own.length < OWN_FIELDS_MAX && (
        <Button size="sm" icon="plus" className="justify-self-start" onClick={add}>
          {editor.own.add}
        </Button>
      )}
      {(faults.fields ?? refused('leadForm.fields')) && (
        <FieldError message={faults.fields ?? refused('leadForm.fields') ?? ''} />
      )}
    </div>
  )
}
