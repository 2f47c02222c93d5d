import type { Encryption } from '../sealing/encryption.ts'
import type { Builder } from './builder.ts'
import type { PageBound } from './paged-lists.ts'

/** Runs queries, all from one state of the database; one list of rows for each. */
export type RunQueries = (
  queries: {
    sql: string
    parameters: readonly unknown[]
    /** Its answer is one row then: a `PageRead` of its rows. */
    bound?: PageBound
  }[],
) => Promise<unknown[][]>

/** What an engine gives to be read. */
export interface ReadParts {
  db: Builder
  run: RunQueries
  /** Where what a delivery or a visitor waits for is read: never behind somebody's long list. */
  runSoon: RunQueries
  encryption: Encryption
}
