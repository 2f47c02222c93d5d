import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'

interface CardProps {
  title?: string
  description?: ReactNode
  /** In the head, at its end. */
  actions?: ReactNode
  children?: ReactNode
  /** Tables and lists reach the edges. */
  flush?: boolean
}

export function Card({ title, description, actions, children, flush = false }: CardProps) {
  return (
    <section className="min-w-0 overflow-clip rounded-card border border-line bg-surface shadow-xs">
      {title && (
        <header
          className={classNames(
            'flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pt-3.5 sm:px-5',
            flush && 'border-b border-line pb-3',
          )}
        >
          <div className="min-w-0">
            <h2 className="text-base font-semibold">{title}</h2>
            {description && <div className="text-sm text-soft">{description}</div>}
          </div>
          {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      {children ? (
        <div className={flush ? '' : 'px-4 py-4 sm:px-5'}>{children}</div>
      ) : (
        <div className="h-3.5" />
      )}
    </section>
  )
}
