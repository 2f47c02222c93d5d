import { useRef } from 'react'
import { texts } from '../../texts/texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { FieldError, TextField } from '../../ui/field.tsx'
import type { PairFaults, PairRow, PairsSetting } from './pairs.ts'

interface PairsFieldProps {
  setting: PairsSetting
  rows: readonly PairRow[]
  /** Null: nobody is told yet. */
  faults: PairFaults | null
  /** What the server said of them, and of the one with this name. */
  refusal: string | null
  refusalOf(name: string): string | null
  onChange(rows: readonly PairRow[]): void
}

/** Texts by name, one in a row. */
export function PairsField(props: PairsFieldProps) {
  const { setting, rows, faults, refusal, onChange } = props
  const { max, texts: words } = setting
  const refusalOf = (row: PairRow) => props.refusalOf(row.name.trim())
  const isToldInRow = rows.some((row) => refusalOf(row) !== null)
  const list = useRef<HTMLDivElement>(null)
  const set = (key: number, part: Partial<PairRow>) => {
    onChange(rows.map((row) => (row.key === key ? { ...row, ...part } : row)))
  }
  const add = () => {
    const key = Math.max(-1, ...rows.map((row) => row.key)) + 1
    onChange([...rows, { key, name: '', value: '', storedName: null }])
    // The row that is new is where one types next.
    requestAnimationFrame(() => lastName(list.current)?.focus())
  }
  const remove = (key: number) => {
    onChange(rows.filter((row) => row.key !== key))
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[data-add]')?.focus())
  }
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-1 text-sm font-medium">
        {words.label} <span className="font-normal text-soft">({texts.ui.optional})</span>
      </legend>
      <p className="text-sm text-soft">{words.hint}</p>
      <div ref={list} className="grid gap-3">
        {rows.map((row, index) => (
          <Row
            key={row.key}
            row={row}
            setting={setting}
            place={index + 1}
            faults={faults?.get(row.key)}
            refusal={refusalOf(row)}
            onChange={(part) => set(row.key, part)}
            onRemove={() => remove(row.key)}
          />
        ))}
        {rows.length < max && (
          <Button data-add size="sm" icon="plus" className="justify-self-start" onClick={add}>
            {words.add}
          </Button>
        )}
      </div>
      {refusal && !isToldInRow && <FieldError message={refusal} />}
    </fieldset>
  )
}

function lastName(list: HTMLElement | null): HTMLElement | undefined {
  return [...(list?.querySelectorAll<HTMLElement>('[data-name]') ?? [])].at(-1)
}

interface RowProps {
  row: PairRow
  setting: PairsSetting
  place: number
  faults: { name?: string; value?: string } | undefined
  /** Of name or value: its sentence says which. */
  refusal: string | null
  onChange(part: Partial<PairRow>): void
  onRemove(): void
}

function Row({ row, setting, place, faults, refusal, onChange, onRemove }: RowProps) {
  const { name, value, storedName } = row
  const { nameLengthMax, valueLengthMax, texts: words } = setting
  return (
    <div className="flex items-start gap-2">
      <div className="grid min-w-0 flex-1 gap-2 sm:grid-cols-2">
        <TextField
          label={words.name(place)}
          labelHidden
          data-name
          placeholder={words.namePlaceholder}
          maxLength={nameLengthMax}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="font-mono text-sm"
          value={name}
          error={faults?.name}
          isRefused={refusal !== null}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <TextField
          label={words.value(place)}
          labelHidden
          placeholder={storedName === null ? words.valuePlaceholder : words.hidden?.kept}
          maxLength={valueLengthMax}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="font-mono text-sm"
          value={value}
          error={faults?.value}
          isRefused={refusal !== null}
          onChange={(event) => onChange({ value: event.target.value })}
        />
        {refusal && (
          <div className="sm:col-span-2">
            <FieldError message={refusal} />
          </div>
        )}
      </div>
      <IconButton icon="trash" label={words.remove(name, place)} onClick={onRemove} />
    </div>
  )
}
