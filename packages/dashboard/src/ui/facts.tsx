import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'

/** What is known of one thing: each value beside its name. */
export function Facts({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-[minmax(5rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
      {children}
    </dl>
  )
}

interface FactProps {
  name: string
  children: ReactNode
  /** A URL or an id: on a phone it takes a line of its own. */
  wide?: boolean
  /** Lines of text: below their name, and from the start, on any screen. */
  block?: boolean
}

export function Fact({ name, children, wide = false, block = false }: FactProps) {
  return (
    <>
      <dt
        className={classNames(
          'text-soft',
          wide && 'max-sm:col-span-2 max-sm:-mb-2',
          block && 'col-span-2 -mb-2',
        )}
      >
        {name}
      </dt>
      <dd
        className={classNames(
          'min-w-0 [overflow-wrap:anywhere]',
          block && 'col-span-2',
          wide && 'max-sm:col-span-2',
        )}
      >
        {children}
      </dd>
    </>
  )
}

/** An id is picked up whole. */
export function IdFact({ name, id }: { name: string; id: string }) {
  return (
    <Fact name={name} wide>
      <code className="font-mono text-xs select-all">{id}</code>
    </Fact>
  )
}
