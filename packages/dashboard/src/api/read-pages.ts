import { type RequestOptions, request } from './request.ts'

const PAGE_SIZE = 100

interface Page<Item> {
  data: Item[]
  nextCursor: string | null
}

/** A list as a whole, or its first `max` items: for lists that are short by nature. */
export async function readPages<Item>(
  path: string,
  { max, query, signal }: { max: number; signal?: AbortSignal } & Pick<RequestOptions, 'query'>,
): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | null = null
  do {
    const page: Page<Item> = await request.get(path, {
      query: { ...query, limit: PAGE_SIZE, cursor },
      signal,
    })
    items.push(...page.data)
    cursor = page.nextCursor
  } while (cursor !== null && items.length < max)
  return items
}
