import { texts } from '../texts/texts.ts'
import { CopyButton } from './copy-button.tsx'

/** Header lines as they go over the wire, the names apart from the values. */
export function HeadersView({
  headers,
  label,
}: {
  headers: Record<string, string>
  label: string
}) {
  const entries = Object.entries(headers)
  if (entries.length === 0) return <p className="text-sm text-soft">{texts.ui.noHeaders}</p>
  return (
    <div className="overflow-hidden rounded-control border border-line bg-sunken">
      <div className="flex min-h-9 items-center justify-between gap-3 border-b border-line py-1 pr-1 pl-3.5 text-sm text-soft">
        <span className="truncate">{label}</span>
        <CopyButton text={entries.map(([name, value]) => `${name}: ${value}`).join('\n')} />
      </div>
      <dl className="grid px-3.5 sm:gap-y-1.5 py-3 font-mono text-sm leading-5 sm:grid-cols-[fit-content(14rem)_minmax(0,1fr)] sm:gap-x-4">
        {entries.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-soft [overflow-wrap:anywhere]">{name}</dt>
            <dd className="mb-2 last:mb-0 [overflow-wrap:anywhere] sm:mb-0">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
