import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

interface EmptyStateProps {
  icon: IconName
  /** What isn't there yet. */
  title: string
  /** What to do first, and what will be here then. */
  children: ReactNode
  action?: ReactNode
}

export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="grid justify-items-center gap-3 px-6 py-14 text-center">
      <span className="grid size-11 place-items-center rounded-full bg-accent-wash text-accent">
        <Icon name={icon} size="lg" />
      </span>
      <div className="grid max-w-md gap-1">
        <p className="text-lg font-semibold">{title}</p>
        <div className="text-soft">{children}</div>
      </div>
      {action}
    </div>
  )
}
