import { type ReactNode, useState } from 'react'
import { texts } from '../texts/texts.ts'
import { Button, IconButton } from './button.tsx'
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
  if (hasRoom) {
    return (
      <search className="mb-4 flex items-end gap-2">
        <div className="grid min-w-0 flex-1 grid-cols-[repeat(auto-fit,minmax(6.25rem,1fr))] items-end gap-x-2.5 gap-y-3">
          <div className="col-span-2">{search}</div>
          {children}
        </div>
        {/* Its place is kept: no field moves when the first filter is set. */}
        <IconButton
          icon="cross"
          label={texts.ui.clearFilters}
          onClick={onClear}
          className={activeCount === 0 ? 'invisible' : ''}
        />
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
        {activeCount > 0 && (
          <Button size="sm" variant="quiet" icon="cross" onClick={onClear}>
            {texts.ui.clearFilters}
          </Button>
        )}
      </div>
      {isOpen && children}
    </search>
  )
}
