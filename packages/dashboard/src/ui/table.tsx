import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { PageCheck, RowCheck } from './row-check.tsx'
import { useMediaQuery } from './use-media-query.ts'
import type { Selection } from './use-selection.ts'

export interface Column<Row> {
  key: string
  header: string
  cell(row: Row): ReactNode
  /** Numbers and times read better at the end of their column. */
  align?: 'start' | 'end'
  /** Tailwind width of the column; the first one without takes what is left. */
  width?: string
  /** Says what it is by itself: without a header on a card, where it stands beside the title. */
  bare?: boolean
  /** There is nothing to say: a card leaves it out. */
  isEmpty?(row: Row): boolean
  /** For buttons: the header is only read out. */
  hideHeader?: boolean
}

interface TableProps<Row> {
  /** What it lists, for those who hear the page. */
  label: string
  /** The first names the row: on a phone it becomes the card's title. */
  columns: readonly [Column<Row>, ...Column<Row>[]]
  rows: readonly Row[]
  rowKey(row: Row): string
  /** Rows as low as they can be. */
  dense?: boolean
  /** Each row can be ticked then. */
  choice?: RowChoice<Row>
}

export interface RowChoice<Row> {
  selection: Selection<Row>
  /** Of a row, for those who hear the page. */
  nameOf(row: Row): string
}

/** A table where there is room, a list of cards on a phone: never both, so that nothing is there twice. */
export function Table<Row>(props: TableProps<Row>) {
  const hasRoom = useMediaQuery('(min-width: 48rem)')
  return hasRoom ? <Wide {...props} /> : <Cards {...props} />
}

function Wide<Row>({ label, columns, rows, rowKey, choice, dense = false }: TableProps<Row>) {
  const height = dense ? 'py-0.5' : 'py-1.5'
  return (
    <table aria-label={label} className="w-full table-fixed border-collapse text-sm">
      {/* It stays in sight: below the bar that a narrow screen has. */}
      <thead className="sticky top-14 z-10 bg-surface shadow-[inset_0_-1px_0_var(--color-line)] lg:top-0">
        <tr className="text-left text-xs text-soft">
          {choice && (
            <th scope="col" className="w-10 pl-1.5">
              <PageCheck shown={rows} selection={choice.selection} />
            </th>
          )}
          {columns.map((column) => (
            <th
              key={column.key}
              scope="col"
              className={classNames(
                'px-3 py-2 font-medium first:pl-4 last:pr-4',
                column.width,
                endClass(column),
              )}
            >
              {column.hideHeader ? <span className="sr-only">{column.header}</span> : column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={rowKey(row)}
            className="relative scroll-mt-24 border-b border-line last:border-0 hover:bg-sunken/60 lg:scroll-mt-10"
          >
            {choice && (
              <td className="pl-1.5 align-middle">
                <RowCheck
                  row={row}
                  shown={rows}
                  name={choice.nameOf(row)}
                  selection={choice.selection}
                />
              </td>
            )}
            {columns.map((column) => (
              <td
                key={column.key}
                className={classNames(
                  'px-3 align-middle first:pl-4 last:pr-4',
                  height,
                  endClass(column),
                )}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function endClass<Row>({ align }: Column<Row>): string | false {
  return align === 'end' && 'text-right tabular'
}

function Cards<Row>({ label, columns: [first, ...others], rows, rowKey, choice }: TableProps<Row>) {
  const named = others.filter(({ bare }) => !bare)
  const bare = others.filter((column) => column.bare)
  return (
    <ul aria-label={label} className="divide-y divide-line">
      {rows.map((row) => (
        <li key={rowKey(row)} className="relative grid gap-1.5 px-4 py-2.5">
          <div className="flex flex-wrap items-start justify-between gap-x-3 gap-y-1">
            {choice && (
              <div className="-mr-2 -ml-2">
                <RowCheck
                  row={row}
                  shown={rows}
                  name={choice.nameOf(row)}
                  selection={choice.selection}
                />
              </div>
            )}
            <div className="min-w-0 flex-1 basis-28">{first.cell(row)}</div>
            {bare.map((column) => (
              <div key={column.key} className="shrink-0">
                {column.cell(row)}
              </div>
            ))}
          </div>
          <dl className="grid grid-cols-[6.5rem_minmax(0,1fr)] items-center gap-x-3 gap-y-0.5 text-sm sm:grid-cols-[6.5rem_minmax(0,1fr)_6.5rem_minmax(0,1fr)]">
            {named.map(
              (column) =>
                !column.isEmpty?.(row) && (
                  <div key={column.key} className="contents">
                    <dt className="text-soft">{column.header}</dt>
                    <dd className="min-w-0">{column.cell(row)}</dd>
                  </div>
                ),
            )}
          </dl>
        </li>
      ))}
    </ul>
  )
}
