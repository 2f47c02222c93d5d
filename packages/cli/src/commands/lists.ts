/** Lists as every command prints them: page by page, as they come, up to --limit. */
import { type Api, itemsOf } from '../api.ts'
import type { Given, OptionSpec } from '../command.ts'
import { usageError } from '../command-error.ts'
import { parseTime, TIME_FORMAT } from '../time.ts'

const PAGE = 100
const LIMIT_DEFAULT = 50

export type Row = Record<string, unknown>

/** `what`: how its `since` begins, "list: accepted". */
export function spanOptions(what: string): Record<string, OptionSpec> {
  return {
    since: {
      type: 'string',
      value: 'TIME',
      about: `${what} at this time or later: ${TIME_FORMAT}`,
    },
    until: { type: 'string', value: 'TIME', about: `${what} before this time` },
    from: { type: 'string', value: 'TIME', about: 'an older name of --since' },
    to: { type: 'string', value: 'TIME', about: 'an older name of --until' },
  }
}

/** As the API has it. Throws a usage error of what is no time, and of both names of one. */
export function spanOf(given: Given): [name: string, value: string][] {
  const names = { from: 'since', to: 'until' }
  return Object.entries(names).flatMap(([older, name]) => {
    const texts = [...given.texts(name), ...given.texts(older)]
    if (texts.length > 1) throw usageError(`--${older} is an older name of --${name}: say one.`)
    return texts.map((text): [string, string] => [older, parseTime(text)])
  })
}

export function limitOf(given: Given): number {
  const limit = Number(given.text('limit') ?? LIMIT_DEFAULT)
  if (Number.isInteger(limit) && limit >= 1) return limit
  throw usageError('--limit is a whole number from 1 on.')
}

interface Listed {
  path: string
  query: URLSearchParams
  limit: number
  columns: string[]
  empty: string
}

/** What has come is printed before the next page is asked for. */
export async function listPages(api: Api, { out }: Given, listed: Listed): Promise<void> {
  const { path, query, limit, columns, empty } = listed
  const table = out.table(columns, empty)
  for (let count = 0; count < limit; ) {
    query.set('limit', String(Math.min(PAGE, limit - count)))
    const page = await api.get(`${path}?${query}`)
    const items = itemsOf(page)
    count += items.length
    out.progress(null)
    table.add(items)
    if (typeof page.nextCursor !== 'string') break
    out.progress(`${count} so far`)
    query.set('cursor', page.nextCursor)
  }
  out.progress(null)
  table.end()
}
