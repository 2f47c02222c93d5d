/**
 * A list's query that ends its page where the rows are too many bytes. The database adds up how long
 * the columns are, which it knows without reading what is stored beside the row, and sends, and
 * loads, only what fits. The list itself is walked as it is without this.
 */

import type { PageRead } from '../../desk.ts'
import type { PageBound } from '../../reading/paged-lists.ts'

interface Query {
  sql: string
  parameters: readonly unknown[]
}

/** Times, numbers and ids, about: so that a page of small rows has an end, too. */
const OTHER_COLUMNS_BYTES = 256

export function boundedQuery({ sql, parameters, bound }: Query & { bound: PageBound }): Query {
  const { rowsMax, bytesMax, sized } = bound
  const lengths = sized.map((column) => `coalesce(octet_length(page."${column}"), 0)`)
  const bytes = [OTHER_COLUMNS_BYTES, ...lengths].join(' + ')
  const [rowsPlace, bytesPlace] = [parameters.length + 1, parameters.length + 2]
  return {
    sql: `SELECT * FROM (
        SELECT page.*, count(*) OVER () AS page_rows, row_number() OVER walk AS page_row,
          sum(${bytes}) OVER (walk ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS page_bytes
        FROM (${sql}) AS page WINDOW walk AS (ORDER BY page.id DESC)
      ) AS measured
      WHERE page_row <= $${rowsPlace}::int AND coalesce(page_bytes, 0) < $${bytesPlace}::int
      ORDER BY id DESC`,
    parameters: [...parameters, rowsMax, bytesMax],
  }
}

/** Each row tells how many the walk has found: more than those that came, and others follow. */
export function toPageRead(rows: Record<string, unknown>[]): PageRead<Record<string, unknown>> {
  return { rows, more: rows.length < Number(rows[0]?.page_rows ?? 0) }
}
