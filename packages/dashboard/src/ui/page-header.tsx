import { type ReactNode, useEffect, useRef } from 'react'
import { useNavigationType } from 'react-router'
import { texts } from '../texts/texts.ts'
import { Breakable } from './breakable.tsx'

interface PageHeaderProps {
  title: string
  description?: ReactNode
  /** Above the title: where it belongs to. */
  trail?: ReactNode
  badge?: ReactNode
  actions?: ReactNode
}

let isFirstPage = true

/**
 * Every page begins with one: it sets the document's title, and takes the focus when one came here
 * from another page, so that a screen reader says where one is.
 */
export function PageHeader({ title, description, trail, badge, actions }: PageHeaderProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const navigation = useNavigationType()
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each page
  useEffect(() => {
    if (!isFirstPage || navigation !== 'POP') heading.current?.focus({ preventScroll: true })
    isFirstPage = false
  }, [])
  return (
    <header className="mb-4 grid gap-1">
      <title>{texts.shell.title(title)}</title>
      {trail}
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-72">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1
              ref={heading}
              tabIndex={-1}
              className="text-lg font-semibold sm:text-xl [overflow-wrap:anywhere]"
            >
              <Breakable text={title} />
            </h1>
            {badge}
          </div>
          {description && (
            <div className="mt-0.5 max-w-2xl text-soft [overflow-wrap:anywhere]">{description}</div>
          )}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </header>
  )
}
