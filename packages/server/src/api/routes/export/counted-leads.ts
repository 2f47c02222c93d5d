/**
 * A counted page of leads. Who counts pages takes a short one for the last, so it is never cut: what
 * would be too large to be held is read part by part instead, as often as it is asked for.
 */
import type { Lead } from '../../../lead.ts'
import type { CountedPage, Desk, LeadFilter, PageRead } from '../../../store/desk.ts'
import { PAGE_BYTES_MAX } from '../../shapes/cursor.ts'

type Leads = Pick<Desk, 'listLeads' | 'readPage'>

type CountedLeads =
  | { kind: 'whole'; leads: Lead[] }
  /** Each call reads the page anew; only the first part of it is held. */
  | { kind: 'parts'; parts(): AsyncGenerator<Lead[]> }

export async function readCounted(
  store: Leads,
  filter: LeadFilter,
  { limit, skip }: CountedPage,
): Promise<CountedLeads> {
  // Found by counting; the others come after it by its id, so that new leads move nothing.
  const [first] = await store.listLeads(filter, { limit: 1, skip })
  if (first === undefined) return { kind: 'whole', leads: [] }
  if (limit === 1) return { kind: 'whole', leads: [first] }
  const read = (after: Lead, left: number) =>
    store.readPage('leads', filter, { limit: left, after: after.id, bytesMax: PAGE_BYTES_MAX })
  const next = await read(first, limit - 1)
  const leads = [first, ...next.rows]
  if (!next.more || leads.length === limit) return { kind: 'whole', leads }
  return { kind: 'parts', parts: () => partsFrom({ rows: leads, more: true }, limit, read) }
}

async function* partsFrom(
  first: PageRead<Lead>,
  limit: number,
  read: (after: Lead, left: number) => Promise<PageRead<Lead>>,
): AsyncGenerator<Lead[]> {
  let left = limit
  for (let page = first; ; ) {
    yield page.rows
    left -= page.rows.length
    const last = page.rows.at(-1)
    if (!last || !page.more || left === 0) return
    page = await read(last, left)
  }
}
