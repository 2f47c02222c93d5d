/** What a copy needs of a store, whichever it is: its tables as rows in the order of their keys. */
import { StartError } from '../../errors.ts'

export type Value = string | number | null
export type Row = readonly Value[]

/** A table as both stores show it: what only one of them has is left out. */
export interface Relation {
  name: string
  /** Sorted by name: the same order on both sides. A row holds its values in this order. */
  columns: readonly string[]
  key: readonly string[]
}

export interface CopySide {
  /** For sentences; without user and password. */
  readonly place: string
  readonly relations: ReadonlyMap<string, Relation>
  /** All but what `OWN_META` names. Values are texts here, whatever the store keeps. */
  readMeta(): Promise<Map<string, string>>
  /** Unfinished deliveries, as the store counts them. */
  readBacklog(): Promise<number>
  count(relation: Relation): Promise<number>
  /** Rows in the order of their keys, after the one with this key. */
  read(relation: Relation, after: Row | null, limit: number): Promise<Row[]>
  /** All of it in one commit that is synced to disk; rows that are there already stay. */
  write(change: CopyChange): Promise<void>
  /** After the last row, before the store is opened: sequences and statistics. */
  settleIn(): Promise<void>
  close(): Promise<void>
}

export interface CopyChange {
  rows?: { relation: Relation; rows: readonly Row[] }
  meta?: Readonly<Record<string, string>>
  backlog?: number
}

/** What a row leaves behind: what belongs to transactions of one database. */
const LEFT_COLUMNS: ReadonlySet<string> = new Set([
  'chatbots.erase_horizon',
  'unsettled.horizon',
  'unsettled.seq',
  'stats_minutes.shard',
])

/** Not rows that are copied: `meta` key by key, the others as each store counts them itself. */
export const LEFT_TABLES: ReadonlySet<string> = new Set([
  'meta',
  'backlog',
  'nodes',
  'chatzuri_schema',
])

/** Counted or written by each store for itself. */
export const OWN_META: ReadonlySet<string> = new Set([
  'backlog',
  'pinged_at',
  'room_probed',
  'cleaning_since',
  'stats_mark',
])

/**
 * A start takes claims back, whoever held them: of a node that is unknown there, too. That leaves a
 * delivery where it is, though its webhook was paused or deleted in the meantime. So the webhooks of
 * all claims are settled once more (settle.ts moves what must be).
 */
export const UNSETTLED_ROWS = `(SELECT webhook_id FROM unsettled
  UNION SELECT webhook_id FROM claimed) AS unsettled_rows`

/** Throws `StartError` unless both stores have the same tables, columns and keys. */
export function assertSameShape(source: CopySide, target: CopySide): void {
  const names = new Set([...source.relations.keys(), ...target.relations.keys()])
  for (const name of names) {
    const [from, to] = [source.relations.get(name), target.relations.get(name)]
    if (from && to && shapeOf(from) === shapeOf(to)) continue
    throw new StartError(
      `The stores differ in the table "${name}": ${source.place} and ${target.place} are not of the same version. Start this version's server once on each, stop it, and try again.`,
    )
  }
}

function shapeOf({ columns, key }: Relation): string {
  return JSON.stringify([columns, key])
}

/** Where the stores' own keys differ. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  unsettled: ['webhook_id'],
  attempts: ['delivery_id', 'seq'],
}

export function relationOf(name: string, columns: readonly string[], key: readonly string[]) {
  const shown = columns.filter((column) => !LEFT_COLUMNS.has(`${name}.${column}`)).sort()
  const shownKey = key.filter((column) => !LEFT_COLUMNS.has(`${name}.${column}`))
  return { name, columns: shown, key: KEYS[name] ?? shownKey }
}

/** The key's values of a row. */
export function keyOf({ columns, key }: Relation, row: Row): Row {
  return key.map((column) => row[columns.indexOf(column)] ?? null)
}
