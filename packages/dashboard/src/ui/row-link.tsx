import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { classNames } from './class-names.ts'
import { ROW_LINK } from './use-list-keys.ts'

interface RowLinkProps {
  to: string
  /** For those who hear the page: a name that no other row has. */
  name: string
  /** What the pointer is shown, wherever in the row it rests. */
  title?: string
  children: ReactNode
  className?: string
}

/** The link that a whole row is: it lies over all of it, but for what stands above (`relative z-10`). */
export function RowLink({ to, name, title, children, className }: RowLinkProps) {
  return (
    <Link
      to={to}
      aria-label={name}
      title={title}
      {...ROW_LINK}
      className={classNames(
        'font-medium outline-none after:absolute after:inset-0 after:rounded-control hover:underline focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent',
        className,
      )}
    >
      {children}
    </Link>
  )
}
