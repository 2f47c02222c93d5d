/** A real PostgreSQL for a whole test file. */
import { afterAll } from 'vitest'
import { openPostgres, type PostgresServer } from './postgres-server.ts'

export { OwnPostgres } from './postgres-server.ts'

/** Started before the first test needs it, ended after the last. */
export function usePostgres(): PostgresServer {
  const server = openPostgres()
  afterAll(() => server.close())
  return server
}
