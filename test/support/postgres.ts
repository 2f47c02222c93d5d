/** A real PostgreSQL for a test file: databases of its own on the server that all files share. */
import { afterAll } from 'vitest'
import { GivenPostgres, openPostgres, type PostgresServer } from './postgres-server.ts'
import { sharedAddress } from './shared-address.ts'

export { OwnPostgres } from './postgres-server.ts'

export function usePostgres(): PostgresServer {
  const given = process.env.TEST_DATABASE_URL
  return closedAtTheEnd(new GivenPostgres(given ? () => given : () => sharedAddress('postgres')))
}

/** For a file that crashes it: started before the first test needs it, ended after the last. */
export function usePostgresAlone(): PostgresServer {
  return closedAtTheEnd(openPostgres())
}

function closedAtTheEnd(server: PostgresServer): PostgresServer {
  afterAll(() => server.close())
  return server
}
