import { type ReactNode, useState } from 'react'
import { useIsScrolled, useTail } from '../live/use-tail.ts'
import { texts } from '../texts/texts.ts'
import { Button } from './button.tsx'
import { Card } from './card.tsx'
import { Icon } from './icon.tsx'

export interface LiveListProps<Item extends { id: string }> {
  /** The newest page as it is now. */
  latest: readonly Item[]
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
export function LiveList<Item extends { id: string }>(props: LiveListProps<Item>) {
  const { latest, isFirstPage, isPaused, onResume, children } = props
  const isScrolled = useIsScrolled()
  const [hasFocus, setHasFocus] = useState(false)
  const isHeld = isFirstPage && (isPaused || isScrolled || hasFocus)
  const { rows, newCount, hasMore } = useTail(latest, isHeld)
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
