import { useId, useState } from 'react'
import { texts } from '../../../texts/texts.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { FieldError, SelectField, TextAreaField, TextField } from '../../../ui/field.tsx'
import { Segmented } from '../../../ui/segmented.tsx'
import {
  type Ask,
  draftOfFilter,
  type FilterDraft,
  type FilterRow,
  filterOf,
  jsonOf,
  rowFault,
  takesValue,
} from './filter-rows.ts'
import type { WantsFieldsProps } from './wants-fields-props.ts'

const { filter: words } = texts.wants
const KINDS = ['all', 'any', 'json'] as const
const ASKS = Object.keys(words.asks) as Ask[]
const CONDITIONS_MAX = 20

export function FilterField(props: WantsFieldsProps) {
  const { draft, failure, onChange } = props
  const { filter } = draft
  const refusal = failure?.about('filter') ?? null
  const isSet = filter.rows.length > 0 || filter.json.trim() !== ''
  const [isOpen, setIsOpen] = useState(isSet)
  const change = (part: Partial<FilterDraft>) => onChange({ filter: { ...filter, ...part } })
  return (
    <details
      open={isOpen || isSet || refusal !== null}
      onToggle={(event) => setIsOpen(event.currentTarget.open)}
      className="rounded-control border border-line"
    >
      <summary className="rounded-control px-3.5 py-2.5 text-sm font-medium">{words.title}</summary>
      <div className="grid gap-4 border-t border-line px-3.5 py-4">
        <p className="text-sm text-soft">{words.intro}</p>
        <div className="flex flex-wrap items-center gap-2 text-sm">
          <span className="font-medium">{words.kind}</span>
          <Segmented
            label={words.kind}
            value={filter.kind}
            options={KINDS.map((value) => ({ value, label: words.kinds[value] }))}
            onChange={(kind) => onChange({ filter: asKind(filter, kind) })}
          />
        </div>
        {filter.kind === 'json' ? (
          <TextAreaField
            label={words.json}
            hint={words.jsonHint}
            rows={6}
            spellCheck={false}
            autoCapitalize="none"
            className="font-mono text-sm"
            value={filter.json}
            error={refusal ?? (props.isTold ? props.faults.filter : null)}
            onChange={({ target }) => change({ json: target.value })}
          />
        ) : (
          <Rows rows={filter.rows} isTold={props.isTold} onChange={(rows) => change({ rows })} />
        )}
        {filter.kind !== 'json' && refusal && <FieldError message={refusal} />}
      </div>
    </details>
  )
}

interface RowsProps {
  rows: readonly FilterRow[]
  isTold: boolean
  onChange(rows: readonly FilterRow[]): void
}

function Rows({ rows, isTold, onChange }: RowsProps) {
  const paths = useId()
  const add = () => {
    const key = Math.max(-1, ...rows.map((row) => row.key)) + 1
    // The first shows what one looks like.
    const path = rows.length === 0 ? 'payload.customerPhone' : ''
    onChange([...rows, { key, path, ask: 'exists', value: '' }])
  }
  return (
    <>
      {rows.map((row, index) => (
        <Row
          key={row.key}
          row={row}
          paths={paths}
          place={index + 1}
          isTold={isTold}
          onChange={(part) =>
            onChange(rows.map((one) => (one === row ? { ...row, ...part } : one)))
          }
          onRemove={() => onChange(rows.filter((one) => one !== row))}
        />
      ))}
      <datalist id={paths}>
        {Object.entries(words.paths).map(([path, label]) => (
          <option key={path} value={path} label={label} />
        ))}
      </datalist>
      {rows.length < CONDITIONS_MAX && (
        <Button size="sm" icon="plus" className="justify-self-start" onClick={add}>
          {words.add}
        </Button>
      )}
    </>
  )
}

/** What was made in one way is gone on with in the other, where that can say it. */
function asKind(filter: FilterDraft, kind: FilterDraft['kind']): FilterDraft {
  if (kind === filter.kind) return filter
  if (filter.kind !== 'json' && kind !== 'json') return { ...filter, kind }
  const now = filterOf(filter)
  if (kind === 'json') return { kind, rows: [], json: now ? jsonOf(now) : '' }
  // No JSON: whoever leaves it begins anew.
  const read = draftOfFilter(now ?? null)
  if (read.kind === 'json') return filter
  return { ...read, kind: read.rows.length > 1 ? read.kind : kind }
}

interface RowProps {
  row: FilterRow
  /** The id of the list of those that are known. */
  paths: string
  place: number
  isTold: boolean
  onChange(part: Partial<FilterRow>): void
  onRemove(): void
}

function Row({ row, paths, place, isTold, onChange, onRemove }: RowProps) {
  const fault = isTold ? rowFault(row) : null
  const isOfValue = fault === 'value' || fault === 'number'
  return (
    <div className="flex items-start gap-2">
      <div className="grid min-w-0 flex-1 gap-2 sm:grid-cols-2 sm:*:first:col-span-2">
        <TextField
          label={words.path(place)}
          labelHidden
          list={paths}
          placeholder={words.pathPlaceholder}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="font-mono text-sm"
          value={row.path}
          error={fault === 'path' ? words.rowFaults.path : null}
          onChange={({ target }) => onChange({ path: target.value })}
        />
        <SelectField
          label={words.ask(place)}
          labelHidden
          value={row.ask}
          onChange={({ target }) => {
            const ask = ASKS.find((one) => one === target.value) ?? 'exists'
            onChange({ ask, ...(!takesValue(ask) && { value: '' }) })
          }}
        >
          {ASKS.map((ask) => (
            <option key={ask} value={ask}>
              {words.asks[ask]}
            </option>
          ))}
        </SelectField>
        {takesValue(row.ask) && (
          <TextField
            label={words.value(place)}
            labelHidden
            placeholder={row.ask === 'in' ? words.valuesPlaceholder : words.valuePlaceholder}
            autoComplete="off"
            value={row.value}
            error={isOfValue ? words.rowFaults[fault] : null}
            onChange={({ target }) => onChange({ value: target.value })}
          />
        )}
      </div>
      <IconButton icon="trash" label={words.remove(place)} onClick={onRemove} />
    </div>
  )
}
