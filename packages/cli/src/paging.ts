/** Lists of the API, page by page: what a pipe reads is written as it comes. */
import { type Api, itemsOf } from './api.ts'
import type { Given } from './command.ts'
import { usageError } from './command-error.ts'

const PAGE = 100

export const LIMIT_OPTION = {
  limit: { type: 'string', value: 'N', about: 'list: at most so many; default 50' },
} as const

async function* pages(api: Api, path: string, query = new URLSearchParams()) {
  const asked = new URLSearchParams(query)
  if (!asked.has('limit')) asked.set('limit', String(PAGE))
  for (;;) {
    const page = await api.get(`${path}?${asked}`)
    yield itemsOf(page)
    if (typeof page.nextCursor !== 'string') return
    asked.set('cursor', page.nextCursor)
  }
}

interface Listed {
  api: Api
  path: string
  query: URLSearchParams
  columns: string[]
  noun: string
}

/** Up to `--limit` of them. */
export async function printList({ out, text }: Given, { api, path, query, columns, noun }: Listed) {
  const limit = Number(text('limit') ?? 50)
  if (!Number.isInteger(limit) || limit < 1)
    throw usageError('--limit is a whole number from 1 on.')
  const asked = new URLSearchParams(query)
  asked.set('limit', String(Math.min(PAGE, limit)))
  const table = out.table(
    columns,
    `There is no such ${noun.replace(/ies$/, 'y').replace(/s$/, '')}.`,
  )
  let count = 0
  for await (const items of pages(api, path, asked)) {
    const shown = items.slice(0, limit - count)
    count += shown.length
    out.progress(null)
    table.add(shown)
    out.progress(`${count} ${noun}`)
    if (count >= limit) break
  }
  out.progress(null)
  table.end()
}

/** Of all that match, or of the first `--limit`. */
export async function idsOf(
  { out, text }: Given,
  { api, path, query, noun }: Omit<Listed, 'columns'>,
): Promise<string[]> {
  const limit = Number(text('limit') ?? Number.POSITIVE_INFINITY)
  const ids: string[] = []
  for await (const items of pages(api, path, query)) {
    ids.push(...items.map(({ id }) => String(id)))
    out.progress(`${ids.length} ${noun}`)
    if (ids.length >= limit) break
  }
  out.progress(null)
  return ids.slice(0, limit)
}

/** Of options that were given, the parameters of the API; several of one are repeated. */
export function queryOf(given: Given, names: Record<string, string>): URLSearchParams {
  const query = new URLSearchParams()
  for (const [option, name] of Object.entries(names)) {
    for (const value of given.texts(option)) query.append(name, value)
  }
  return query
}
