import { useRef, useState } from 'react'

/** Rows that were ticked. */
export interface Selection<Row> {
  rows: readonly Row[]
  isSelected(row: Row): boolean
  /** `through`: also what stands between it and the one that was ticked before. */
  select(row: Row, isOn: boolean, through?: { shown: readonly Row[] } | null): void
  selectAll(rows: readonly Row[], isOn: boolean): void
  clear(): void
}

/** Kept while rows come and go: what was ticked and has left the page is still meant. */
export function useSelection<Row extends { id: string }>(): Selection<Row> {
  const [selected, setSelected] = useState<ReadonlyMap<string, Row>>(new Map())
  const last = useRef<string | null>(null)
  const selectAll = (rows: readonly Row[], isOn: boolean) =>
    setSelected((before) => {
      const next = new Map(before)
      for (const row of rows) {
        if (isOn) next.set(row.id, row)
        else next.delete(row.id)
      }
      return next
    })
  return {
    rows: [...selected.values()],
    isSelected: ({ id }) => selected.has(id),
    select(row, isOn, through) {
      selectAll(through ? between(through.shown, last.current, row) : [row], isOn)
      last.current = row.id
    },
    selectAll,
    clear() {
      last.current = null
      setSelected(new Map())
    },
  }
}

function between<Row extends { id: string }>(
  shown: readonly Row[],
  from: string | null,
  to: Row,
): readonly Row[] {
  const start = shown.findIndex(({ id }) => id === from)
  const end = shown.findIndex(({ id }) => id === to.id)
  if (start < 0 || end < 0) return [to]
  return shown.slice(Math.min(start, end), Math.max(start, end) + 1)
}
