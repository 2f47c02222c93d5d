import type { Webhook } from '../../../api/schema.ts'
import { texts } from '../../../texts/texts.ts'
import { Fact } from '../../../ui/facts.tsx'
import { draftOfFilter, jsonOf } from './filter-rows.ts'

const { wants } = texts

/** What of its events it gets, and in which form. */
export function WantsFacts({ webhook }: { webhook: Webhook }) {
  const { format, template, include, filter } = webhook
  return (
    <>
      <Fact name={wants.facts.format}>{wants.formats[format].name}</Fact>
      {template !== null && (
        <Fact name={wants.facts.template} block>
          <pre className="max-h-60 overflow-auto font-mono text-xs whitespace-pre-wrap">
            {template}
          </pre>
        </Fact>
      )}
      {include.length > 0 && (
        <Fact name={wants.facts.include}>
          {include.map((name) => wants.include.names[name]).join(', ')}
        </Fact>
      )}
      {filter !== null && (
        <Fact name={wants.facts.filter} block>
          <FilterLines filter={filter} />
        </Fact>
      )}
    </>
  )
}

/** In words where rows can say it. */
function FilterLines({ filter }: { filter: Record<string, unknown> }) {
  const { kind, rows } = draftOfFilter(filter)
  if (kind === 'json')
    return <pre className="font-mono text-xs whitespace-pre-wrap">{jsonOf(filter)}</pre>
  return (
    <ul className="grid gap-0.5">
      {rows.length > 1 && <li className="text-soft">{wants.filter.kinds[kind]}:</li>}
      {rows.map(({ key, path, ask, value }) => (
        <li key={key}>
          <code className="font-mono text-xs">{path}</code> {wants.filter.asks[ask]} {value}
        </li>
      ))}
    </ul>
  )
}
