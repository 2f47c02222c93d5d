import { type QueryKey, type UseQueryOptions, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { tailOf, useHeld, useIsScrolled } from '../live/use-tail.ts'
import { texts } from '../texts/texts.ts'
import { Button } from './button.tsx'
import { Card } from './card.tsx'
import { Icon } from './icon.tsx'

/** A page of a list, newest first. */
export interface ListAnswer<Item> {
  data: Item[]
  nextCursor: string | null
}

export type ListQuery<Item> = UseQueryOptions<ListAnswer<Item>, Error, ListAnswer<Item>, QueryKey>

interface LiveListProps<Item extends { id: string; createdAt: string }> {
  /** The newest page as it is now. */
  latest: readonly Item[]
  /** The same list as far as this time. */
  listBefore(to: string): ListQuery<Item>
  /** An older page stands still. */
  isFirstPage: boolean
  isPaused: boolean
  onResume(): void
  children(rows: readonly Item[]): ReactNode
}

/**
 * Follows what is new as long as one looks at its beginning. Who has scrolled, walks in it with the
 * keyboard or has paused it is told how many came, and nothing moves.
 */
export function LiveList<Item extends { id: string; createdAt: string }>(
  props: LiveListProps<Item>,
) {
  const { latest, isFirstPage, isPaused, onResume, children } = props
  const isScrolled = useIsScrolled()
  const [hasFocus, setHasFocus] = useState(false)
  const isHeld = isFirstPage && (isPaused || isScrolled || hasFocus)
  const held = useHeld(latest, isHeld)
  const reread = useReread(held, props)
  const { rows, newCount, hasMore } = tailOf(held, { latest, reread })
  const toNewest = () => {
    setHasFocus(false)
    onResume()
    window.scrollTo({ top: 0 })
  }
  return (
    <div className="relative">
      {newCount > 0 && (
        // As high as nothing: the list below must not move because of it.
        <div className="sticky top-16 z-20 flex h-0 justify-center lg:top-3">
          <button
            type="button"
            onClick={toNewest}
            className="mt-1.5 flex h-9 items-center gap-1.5 rounded-full bg-accent-fill px-4 text-sm font-medium text-on-accent shadow-float animate-appear hover:bg-accent-fill-hover"
          >
            <span className="rotate-180">
              <Icon name="down" size="sm" />
            </span>
            {texts.ui.tail.fresh(newCount, hasMore)}
          </button>
        </div>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only notes where the focus is */}
      <div
        onFocus={() => setHasFocus(true)}
        onBlur={({ currentTarget, relatedTarget }) => {
          if (!currentTarget.contains(relatedTarget)) setHasFocus(false)
        }}
      >
        <Card flush>{children(rows)}</Card>
      </div>
    </div>
  )
}

/** Held rows, as soon as one of them has left the newest page: there they wouldn't change any more. */
function useReread<Item extends { id: string; createdAt: string }>(
  held: readonly Item[] | null,
  { latest, listBefore }: Pick<LiveListProps<Item>, 'latest' | 'listBefore'>,
): readonly Item[] {
  const [newest] = held ?? []
  const hasMoved = newest !== undefined && latest[0]?.id !== newest.id
  const to = new Date(Date.parse(newest?.createdAt ?? '1970') + 1).toISOString()
  const { data } = useQuery({ ...listBefore(to), enabled: hasMoved })
  return data?.data ?? []
}

/** Beside the title of a page whose list is live. */
export function PauseButton({
  isPaused,
  onChange,
}: {
  isPaused: boolean
  onChange(is: boolean): void
}) {
  return (
    <Button icon={isPaused ? 'play' : 'pause'} onClick={() => onChange(!isPaused)}>
      {isPaused ? texts.ui.tail.resume : texts.ui.tail.pause}
    </Button>
  )
}
