import { useRef } from 'react'
import { texts } from '../../texts/texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { FieldError, TextField } from '../../ui/field.tsx'
import type { HeaderRow } from './webhook-draft.ts'
import type { PartProps } from './webhook-fields-props.ts'

const { form } = texts.webhooks
const HEADERS_MAX = 20
const NAME_LENGTH_MAX = 100
const VALUE_LENGTH_MAX = 1_000

/** An endpoint's own headers, one in a row. A value that is stored is never shown: it stays, or is replaced. */
export function HeadersField({ draft, faults, isTold, failure, onChange }: PartProps) {
  const { headers } = draft
  const list = useRef<HTMLDivElement>(null)
  const set = (key: number, part: Partial<HeaderRow>) => {
    onChange({ headers: headers.map((row) => (row.key === key ? { ...row, ...part } : row)) })
  }
  const add = () => {
    const key = Math.max(-1, ...headers.map((row) => row.key)) + 1
    onChange({ headers: [...headers, { key, name: '', value: '', storedName: null }] })
    // The row that is new is where one types next.
    requestAnimationFrame(() => lastName(list.current)?.focus())
  }
  const remove = (key: number) => {
    onChange({ headers: headers.filter((row) => row.key !== key) })
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[data-add]')?.focus())
  }
  const refused = failure?.about('headers')
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-1 text-sm font-medium">
        {form.headers} <span className="font-normal text-soft">({texts.ui.optional})</span>
      </legend>
      <p className="text-sm text-soft">{form.headersHint}</p>
      <div ref={list} className="grid gap-3">
        {headers.map((row, index) => (
          <Row
            key={row.key}
            row={row}
            place={index + 1}
            faults={isTold ? faults.headers.get(row.key) : undefined}
            onChange={(part) => set(row.key, part)}
            onRemove={() => remove(row.key)}
          />
        ))}
        {headers.length < HEADERS_MAX && (
          <Button data-add size="sm" icon="plus" className="justify-self-start" onClick={add}>
            {form.addHeader}
          </Button>
        )}
      </div>
      {refused && <FieldError message={refused} />}
    </fieldset>
  )
}

function lastName(list: HTMLElement | null): HTMLElement | undefined {
  return [...(list?.querySelectorAll<HTMLElement>('[data-name]') ?? [])].at(-1)
}

interface RowProps {
  row: HeaderRow
  place: number
  faults: { name?: string; value?: string } | undefined
  onChange(part: Partial<HeaderRow>): void
  onRemove(): void
}

function Row({ row: { name, value, storedName }, place, faults, onChange, onRemove }: RowProps) {
  const isStored = storedName !== null
  return (
    <div className="flex items-start gap-2">
      <div className="grid min-w-0 flex-1 gap-2 sm:grid-cols-2">
        <TextField
          label={form.headerName(place)}
          labelHidden
          data-name
          placeholder={form.headerNamePlaceholder}
          maxLength={NAME_LENGTH_MAX}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="font-mono text-sm"
          value={name}
          error={faults?.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <TextField
          label={form.headerValue(place)}
          labelHidden
          placeholder={isStored ? form.headerKept : form.headerValuePlaceholder}
          maxLength={VALUE_LENGTH_MAX}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="font-mono text-sm"
          value={value}
          error={faults?.value}
          onChange={(event) => onChange({ value: event.target.value })}
        />
      </div>
      <IconButton icon="trash" label={form.removeHeader(name, place)} onClick={onRemove} />
    </div>
  )
}
