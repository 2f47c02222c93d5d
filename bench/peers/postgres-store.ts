/** A fresh database for a peer, on the PostgreSQL that our own server is measured on too. */
import { postgres } from '../stores.ts'
import type { StoreServer } from './store-server.ts'

export async function startPostgres(): Promise<StoreServer> {
  const server = postgres()
  const url = await server.createDatabase()
  return { url, pid: server.pid, stop: () => server.dropDatabase(url) }
}
