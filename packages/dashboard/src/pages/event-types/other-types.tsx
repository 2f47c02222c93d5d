import { Link } from 'react-router'
import type { Webhook } from '../../api/schema.ts'
import { webhookName } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { Breakable } from '../../ui/breakable.tsx'
import { Card } from '../../ui/card.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { spellingOf } from './spelling.ts'

interface OtherTypesProps {
  known: ReadonlySet<string>
  webhooks: readonly Webhook[]
  /** There are more webhooks. */
  isPartial: boolean
}

interface Row {
  name: string
  webhooks: readonly Webhook[]
}

const words = texts.eventTypes

/** The server knows no list of them: they are what webhooks subscribe to. */
export function OtherTypes({ known, webhooks, isPartial }: OtherTypesProps) {
  const names = new Set(webhooks.flatMap(({ eventTypes }) => eventTypes))
  const rows = [...names]
    .filter((name) => !known.has(spellingOf(name)))
    .sort((one, other) => one.localeCompare(other, texts.language, { numeric: true }))
    .map((name) => ({
      name,
      webhooks: webhooks.filter(({ eventTypes }) => eventTypes.includes(name)),
    }))
  return (
    <Card title={words.others} description={words.othersIntro} flush>
      {rows.length === 0 ? (
        <p className="px-4 py-4 text-sm text-soft">
          {isPartial ? words.noneOfThese : words.noOthers}
        </p>
      ) : (
        <Table
          label={words.others}
          rows={rows}
          rowKey={({ name }) => name}
          columns={[NAME, WEBHOOKS]}
        />
      )}
    </Card>
  )
}

const NAME: Column<Row> = {
  key: 'name',
  header: words.columns.name,
  width: 'w-2/5',
  cell: ({ name }) => <span className="block truncate font-mono text-xs">{name}</span>,
}

const WEBHOOKS: Column<Row> = {
  key: 'webhooks',
  header: words.columns.webhooks,
  cell: ({ webhooks }) => (
    <ul className="grid gap-0.5">
      {webhooks.map((webhook) => (
        <li key={webhook.id}>
          <Link to={`/webhooks/${webhook.id}`} className="clipped hover:underline">
            <Breakable text={webhookName(webhook)} />
          </Link>
        </li>
      ))}
    </ul>
  ),
}
