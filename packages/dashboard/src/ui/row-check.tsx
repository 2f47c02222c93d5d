import type { ChangeEvent } from 'react'
import { texts } from '../texts/texts.ts'
import type { Selection } from './use-selection.ts'

interface RowCheckProps<Row> {
  row: Row
  shown: readonly Row[]
  name: string
  selection: Selection<Row>
}

/** Ticks a row; with the shift key all as far as the last one. It stands above the row's link. */
export function RowCheck<Row>({ row, shown, name, selection }: RowCheckProps<Row>) {
  const change = ({ target, nativeEvent }: ChangeEvent<HTMLInputElement>) => {
    const isRange = nativeEvent instanceof MouseEvent && nativeEvent.shiftKey
    selection.select(row, target.checked, isRange ? { shown } : null)
  }
  return (
    <Check label={texts.ui.selectRow(name)} checked={selection.isSelected(row)} onChange={change} />
  )
}

interface PageCheckProps<Row> {
  shown: readonly Row[]
  selection: Selection<Row>
}

export function PageCheck<Row>({ shown, selection }: PageCheckProps<Row>) {
  const isAll = shown.every((row) => selection.isSelected(row))
  return (
    <Check
      label={texts.ui.selectPage}
      checked={isAll}
      onChange={() => selection.selectAll(shown, !isAll)}
    />
  )
}

interface CheckProps {
  label: string
  checked: boolean
  onChange(event: ChangeEvent<HTMLInputElement>): void
}

/** As large to the finger as it must be, without a row growing by it. */
function Check({ label, checked, onChange }: CheckProps) {
  return (
    <label className="relative z-1 -my-1.5 grid size-8 place-items-center">
      <input
        type="checkbox"
        aria-label={label}
        checked={checked}
        onChange={onChange}
        className="size-4 accent-accent-fill"
      />
    </label>
  )
}
