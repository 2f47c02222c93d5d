/**
 * Main: builds the server, starts it, and stops it in reverse. With its parts in `main/` it is the only
 * file that joins rooms, but for the command line.
 */
import type { Log } from './log.ts'
import { createDelivering } from './main/delivering.ts'
import { openStore } from './main/open-store.ts'
import { createServing } from './main/serving.ts'
import { createShared } from './main/shared.ts'
import { createMetrics } from './metrics.ts'
import type { Config } from './settings/config.ts'
import type { Keys } from './settings/keys.ts'

export interface ServerOptions {
  config: Config
  keys: Keys
  log: Log
  /** The start is given up: it rejects with this signal's reason, and what it opened is closed. */
  giveUp?: AbortSignal
  /** The server can't go on, and nothing inside of it can mend that: the process is to end. */
  onFatal(sentence: string): void
}

export interface Server {
  /** Where it listens: `http://127.0.0.1:8080`. */
  url: string
  /** How browsers reach it. */
  publicUrl: string
  /** Stops accepting, lets open attempts and answers end, gives back leases. */
  stop(): Promise<void>
  /** Ends the open attempts and connections at once, so that `stop` resolves soon. */
  cut(): void
}

export async function startServer(options: ServerOptions): Promise<Server> {
  const metrics = createMetrics()
  const store = await openStore({ ...options, metrics })
  const shared = createShared({ ...options, store, metrics })
  const delivering = createDelivering(shared) // schedule ──► sign ──► send ──► judge ──► record
  const api = await createServing(shared, delivering) // api ──► ingest ──► store
  const stop = async () => {
    // Together: a client that reads slowly must not keep this node sending, nor its leases.
    await Promise.all([api.close(), delivering.stop()])
    await store.close()
  }
  const cut = () => {
    api.cut()
    delivering.cut()
  }
  try {
    options.giveUp?.throwIfAborted()
    // First: a server whose port is taken must not deliver anything either.
    const { url, publicUrl } = await api.listen()
    options.giveUp?.throwIfAborted()
    await delivering.start({ publicUrl })
    options.giveUp?.throwIfAborted()
    api.becomeReady()
    return { url, publicUrl, stop, cut }
  } catch (error) {
    await stop()
    throw error
  }
}
