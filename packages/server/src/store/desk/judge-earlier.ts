/** Which of some earlier events a webhook's filter lets through, for who sends them later. */
import { leadIdOf } from '../../id.ts'
import type { ReadParts } from '../reading/read-parts.ts'
import * as rows from '../reading/rows.ts'
import { FilterJudge } from '../rules/keep-back.ts'

/** Payloads that are read at once: each may have 100 KiB. */
const JUDGED_AT_ONCE = 50

/** Those of `ids` that pass, in their order. */
export async function passing(
  parts: ReadParts,
  ids: readonly string[],
  filter: string,
): Promise<string[]> {
  const passed = new Set<string>()
  for (let from = 0; from < ids.length; from += JUDGED_AT_ONCE) {
    const piece = ids.slice(from, from + JUDGED_AT_ONCE)
    for (const id of await judgePiece(parts, piece, filter)) passed.add(id)
  }
  return ids.filter((id) => passed.has(id))
}

async function judgePiece(
  { db, run }: ReadParts,
  ids: readonly string[],
  filter: string,
): Promise<string[]> {
  const events = db.selectFrom('events').selectAll().where('id', 'in', ids)
  const leads = db.selectFrom('leads').selectAll().where('id', 'in', ids.map(leadIdOf))
  const [own = [], ofLeads = []] = await run([events.compile(), leads.compile()])
  const judged = [
    ...(own as rows.EventRow[]).map((row) => ({ row, lead: null })),
    ...(ofLeads as rows.LeadRow[]).map((row) => ({
      row: rows.eventOfLead(row),
      lead: rows.toLead(row),
    })),
  ]
  return judged
    .filter(({ row, lead }) => {
      const { id, chatbotId, eventType, payload, createdAt: at } = rows.toEvent(row)
      const judge = new FilterJudge({ id, chatbotId, eventType, payload, at, lead })
      return judge.reasonAgainst(filter) === null
    })
    .map(({ row }) => row.id)
}
