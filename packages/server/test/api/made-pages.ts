/** A store whose pages of lists the test makes. */
import type { BoundedPage, PageRead, Store } from '../../src/store/store.ts'

export function withPages(
  store: Store,
  read: (page: BoundedPage) => Promise<PageRead<unknown>>,
): Store {
  const readPage = (_list: unknown, _filter: unknown, page: BoundedPage) => read(page)
  return { ...store, readPage: readPage as Store['readPage'] }
}
