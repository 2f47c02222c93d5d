import { type ReactNode, useState } from 'react'
import { texts } from '../texts/texts.ts'
import { Button } from './button.tsx'
import { useMediaQuery } from './use-media-query.ts'

interface FilterBarProps {
  /** What one filters by most; always in sight. */
  search: ReactNode
  /** Fields; on a phone behind a button. */
  children: ReactNode
  /** How many are set. */
  activeCount: number
  onClear(): void
}

export function FilterBar({ search, children, activeCount, onClear }: FilterBarProps) {
  const hasRoom = useMediaQuery('(min-width: 48rem)')
  const [isOpen, setIsOpen] = useState(false)
  const clear = activeCount > 0 && (
    <Button size="sm" variant="quiet" icon="cross" onClick={onClear}>
      {texts.ui.clearFilters}
    </Button>
  )
  if (hasRoom) {
    return (
      <search className="mb-4 grid grid-cols-[repeat(auto-fit,minmax(6.25rem,1fr))] items-end gap-x-2.5 gap-y-3">
        <div className="col-span-2">{search}</div>
        {children}
        {clear && <div className="pb-1">{clear}</div>}
      </search>
    )
  }
  return (
    <search className="mb-4 grid gap-3">
      {search}
      <div className="flex flex-wrap gap-2">
        <Button
          size="sm"
          icon="down"
          aria-expanded={isOpen}
          onClick={() => setIsOpen((before) => !before)}
        >
          {texts.ui.filters(activeCount)}
        </Button>
        {clear}
      </div>
      {isOpen && children}
    </search>
  )
}
