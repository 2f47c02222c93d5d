import { useSearchParams } from 'react-router'
import { texts } from '../texts/texts.ts'
import { Button } from './button.tsx'

const CURSOR = 'cursor'
const BEFORE = 'before'
const SCOPE = 'of'

/**
 * Cursors only lead on; the way back is kept in the address, so that a reload and the browser's own
 * back button work too. `scope`: what the list is of beside the address, such as the chosen chatbot; a
 * cursor of another one isn't used, since the API would refuse it.
 */
export function useCursor(scope: string | null = null): {
  cursor: string | null
  pagination: PaginationState
} {
  const [parameters, setParameters] = useSearchParams()
  const isOurs = parameters.get(SCOPE) === scope
  const before = isOurs ? parameters.getAll(BEFORE) : []
  const cursor = isOurs ? parameters.get(CURSOR) : null
  const move = (to: string | null, trail: string[]) => {
    setParameters((given) => {
      const next = atFirstPage(given)
      for (const step of trail) next.append(BEFORE, step)
      if (to !== null && to !== '') {
        next.set(CURSOR, to)
        if (scope !== null) next.set(SCOPE, scope)
      }
      return next
    })
  }
  return {
    cursor,
    pagination: {
      isFirst: cursor === null,
      toFirst: () => move(null, []),
      toNewer: () => move(before.at(-1) ?? null, before.slice(0, -1)),
      toOlder: (next) => move(next, [...before, cursor ?? '']),
    },
  }
}

/** The same list from its beginning: a cursor belongs to one filter. */
export function atFirstPage(parameters: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(parameters)
  for (const name of [BEFORE, CURSOR, SCOPE]) next.delete(name)
  return next
}

export interface PaginationState {
  isFirst: boolean
  toFirst(): void
  toNewer(): void
  toOlder(nextCursor: string): void
}

interface PaginationProps {
  pagination: PaginationState
  /** Of the page on screen; null: it is the last. */
  nextCursor: string | null
}

export function Pagination({ pagination, nextCursor }: PaginationProps) {
  if (pagination.isFirst && nextCursor === null) return null
  return (
    <nav
      aria-label={texts.ui.pages}
      className="flex items-center justify-end gap-2 border-t border-line px-4 py-3"
    >
      {!pagination.isFirst && (
        <Button size="sm" variant="quiet" onClick={pagination.toFirst}>
          {texts.ui.firstPage}
        </Button>
      )}
      <Button size="sm" icon="left" disabled={pagination.isFirst} onClick={pagination.toNewer}>
        {texts.ui.newer}
      </Button>
      <Button
        size="sm"
        icon="right"
        disabled={nextCursor === null}
        onClick={() => nextCursor !== null && pagination.toOlder(nextCursor)}
      >
        {texts.ui.older}
      </Button>
    </nav>
  )
}
