import { useState, useSyncExternalStore } from 'react'

interface Row {
  id: string
}

/** The rows that stand still, from when on the list was held; null: it follows. */
export function useHeld<Item extends Row>(
  latest: readonly Item[],
  isHeld: boolean,
): readonly Item[] | null {
  const [held, setHeld] = useState<readonly Item[] | null>(null)
  if (isHeld && held === null) setHeld(latest)
  if (!isHeld && held !== null) setHeld(null)
  return isHeld ? held : null
}

interface Tail<Item extends Row> {
  rows: readonly Item[]
  /** How many came since the list was held. */
  newCount: number
  /** All that were asked for are new: there may be more. */
  hasMore: boolean
}

/**
 * A list, newest first, that grows while one reads it. While it is held nothing moves: what is in it
 * changes in place, and what comes is counted. Ids ascend with time, as the API's do. `reread`: rows
 * that are held, as they are now; of those the newest page has fewer with each one that comes.
 */
export function tailOf<Item extends Row>(
  held: readonly Item[] | null,
  { latest, reread }: { latest: readonly Item[]; reread: readonly Item[] },
): Tail<Item> {
  if (held === null) return { rows: latest, newCount: 0, hasMore: false }
  const now = new Map([...reread, ...latest].map((row) => [row.id, row]))
  const newestHeld = held[0]?.id ?? ''
  const newCount = latest.filter(({ id }) => id > newestHeld).length
  return {
    rows: held.map((row) => now.get(row.id) ?? row),
    newCount,
    hasMore: newCount > 0 && newCount === latest.length && held.length > 0,
  }
}

/** Further down than its list's beginning. */
const SCROLLED_PX = 160

export function useIsScrolled(): boolean {
  return useSyncExternalStore(
    (onChange) => {
      window.addEventListener('scroll', onChange, { passive: true })
      return () => window.removeEventListener('scroll', onChange)
    },
    () => window.scrollY > SCROLLED_PX,
  )
}
