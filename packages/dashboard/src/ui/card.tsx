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
  /** `main`: what the page is for, once on a page. `quiet`: what one looks up beside it. */
  weight?: 'main' | 'plain' | 'quiet'
}

const FRAMES = {
  main: 'border-line-strong/60 bg-surface shadow-float',
  plain: 'border-line bg-surface shadow-xs',
  quiet: 'border-line',
}
const TITLES = { main: 'text-lg', plain: 'text-base', quiet: 'text-sm' }

export function Card({
  title,
  description,
  actions,
  children,
  flush = false,
  weight = 'plain',
}: CardProps) {
  return (
    <section className={classNames('min-w-0 overflow-clip rounded-card border', FRAMES[weight])}>
      {title && (
        <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1.5 px-4 py-2.5">
          <div className="min-w-0">
            <h2 className={classNames('font-semibold', TITLES[weight])}>{title}</h2>
            {description && <div className="text-sm text-soft">{description}</div>}
          </div>
          {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      {children && (
        // Dialogs that are closed are nothing.
        <div
          className={classNames(
            'empty:hidden',
            !flush && 'px-4 pb-3.5',
            !flush && !title && 'pt-3.5',
            flush && !!title && 'border-t border-line',
          )}
        >
          {children}
        </div>
      )}
    </section>
  )
}
