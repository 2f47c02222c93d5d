import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type Builder, isPostgres } from '../builder.ts'

/** Texts of ours, which hold neither quotes nor commas, as one value. */
function listed(db: Builder, values: readonly (string | number)[]): RawBuilder<unknown> {
  if (!isPostgres(db)) return sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`
  const type = sql.raw(typeof values[0] === 'number' ? 'bigint[]' : 'text[]')
  return sql`ANY(CAST(${`{${values.join(',')}}`} AS ${type}))`
}

export function isListed(db: Builder, column: string, values: readonly (string | number)[]) {
  const operator = sql.raw(isPostgres(db) ? '=' : 'IN')
  return sql<SqlBool>`${sql.ref(column)} ${operator} ${listed(db, values)}`
}
