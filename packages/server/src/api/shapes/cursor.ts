/**
 * Lists, page by page. A cursor is the last id of a page, sealed with a MAC over the list and filter
 * that it belongs to: whoever changes one, or uses it elsewhere, is told so.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { BoundedPage, PageRead } from '../../store/desk.ts'
import { apiError } from './error-answer.ts'

export interface Cursors {
  seal(scope: string, lastId: string): string
  /** Throws a 400 for what `seal` did not make for this scope. */
  open(scope: string, cursor: string): string
}

const MAC_BYTES = 16

export function createCursors(key: Buffer): Cursors {
  const mac = (scope: string, id: string) =>
    createHmac('sha256', key).update(`${scope}\n${id}`).digest().subarray(0, MAC_BYTES)
  return {
    seal(scope, lastId) {
      return Buffer.concat([mac(scope, lastId), Buffer.from(lastId)]).toString('base64url')
    },
    open(scope, cursor) {
      const bytes = Buffer.from(cursor, 'base64url')
      const id = bytes.subarray(MAC_BYTES).toString()
      const genuine =
        bytes.toString('base64url') === cursor &&
        bytes.length > MAC_BYTES &&
        timingSafeEqual(bytes.subarray(0, MAC_BYTES), mac(scope, id))
      if (!genuine) throw apiError('invalid_cursor')
      return id
    },
  }
}

interface ListQuery {
  limit: number
  cursor?: string
}

interface ListAnswer<Item> {
  data: Item[]
  nextCursor: string | null
}

interface Listing<Row, Item, Query extends ListQuery> {
  cursors: Cursors
  /** The list's name; its filter is added here. */
  scope: string
  query: Query
  /** `filter`: what else the query says. */
  read(page: BoundedPage, filter: Omit<Query, 'limit' | 'cursor'>): Promise<PageRead<Row>>
  present(row: Row): Item | Promise<Item>
}

/** Where a page ends though there are more rows: most are a tenth of it. */
export const PAGE_BYTES_MAX = 512 * 1024

/** A page may be shorter than its limit, and still have one after it: `nextCursor` alone tells. */
export async function listPage<Row extends { id: string }, Item, Query extends ListQuery>(
  listing: Listing<Row, Item, Query>,
): Promise<ListAnswer<Item>> {
  const { limit, cursor, ...filter } = listing.query
  const scope = `${listing.scope} ${JSON.stringify(filter)}`
  const after = cursor === undefined ? null : listing.cursors.open(scope, cursor)
  const { rows, more } = await listing.read({ limit, after, bytesMax: PAGE_BYTES_MAX }, filter)
  const last = more ? rows.at(-1) : undefined
  return {
    data: await Promise.all(rows.map((row) => listing.present(row))),
    nextCursor: last ? listing.cursors.seal(scope, last.id) : null,
  }
}
