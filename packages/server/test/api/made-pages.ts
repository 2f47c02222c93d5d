/** A store whose pages of lists the test makes. */
import type { BoundedPage, Desk, PageRead } from '../../src/store/desk.ts'

export function withPages<Contract extends Desk>(
  store: Contract,
  read: (page: BoundedPage) => Promise<PageRead<unknown>>,
): Contract {
  const readPage = (_list: unknown, _filter: unknown, page: BoundedPage) => read(page)
  return { ...store, readPage: readPage as Desk['readPage'] }
}
