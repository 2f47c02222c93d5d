import { useId } from 'react'
import { Icon } from './icon.tsx'
import { Menu, MenuChecks } from './menu.tsx'

interface ChecksFieldProps {
  label: string
  /** What it says when nothing is chosen. */
  none: string
  values: readonly string[]
  options: readonly (readonly [value: string, label: string])[]
  onChange(values: string[]): void
}

/** A filter of which several may be chosen; it looks as a select does. */
export function ChecksField({ label, none, values, options, onChange }: ChecksFieldProps) {
  const id = useId()
  const shown = values.map((value) => options.find(([known]) => known === value)?.[1] ?? value)
  // A link may ask for what is no choice any more: it is shown, not silently dropped.
  const unknown = values.filter((value) => !options.some(([known]) => known === value))
  const all = [...options, ...unknown.map((value) => [value, value] as const)]
  return (
    <div className="grid min-w-0 gap-1.5">
      <span id={`${id}l`} className="text-sm font-medium">
        {label}
      </span>
      <Menu
        align="start"
        trigger={
          <button
            type="button"
            id={id}
            aria-labelledby={`${id}l ${id}`}
            className="flex h-10 w-full min-w-0 items-center justify-between gap-1 rounded-control border border-line-strong/60 bg-surface px-2.5 text-left text-ink shadow-xs transition-colors sm:h-9"
          >
            <span className="truncate">{shown.length === 0 ? none : shown.join(', ')}</span>
            <Icon name="down" size="sm" />
          </button>
        }
      >
        <MenuChecks values={values} options={all} onChange={onChange} />
      </Menu>
    </div>
  )
}
