/**
 * What files have together in one run: a PostgreSQL and a Chromium, started when the first file asks
 * and ended with the run. Each test still has a database or a browser context of its own.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserServer } from 'playwright-core'
import { serveBrowser } from './browser.ts'
import { OwnPostgres } from './postgres-server.ts'
import { SCRATCH_FOLDER } from './scratch-folder.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers `GET /postgres` and `GET /browser` with the address of that server. */
    sharedServers: string
  }
}

export async function openSharedServers(): Promise<{ url: string; close(): Promise<void> }> {
  const postgres = new OwnPostgres({
    parent: SCRATCH_FOLDER,
    // Several files at a time, and of their logs no more than memory has room for.
    settings: { max_connections: '300', max_wal_size: '256MB' },
  })
  let browser: Promise<BrowserServer> | null = null
  const addressOf = async (path: string | undefined) => {
    if (path === '/postgres') return postgres.adminUrl()
    browser ??= serveBrowser()
    return (await browser).wsEndpoint()
  }
  const server = createServer((request, response) => {
    addressOf(request.url).then(
      (address) => response.end(address),
      (error: unknown) => refuse(response, error),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close()
      await postgres.close()
      await (await browser?.catch(() => null))?.close()
    },
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  response.statusCode = 500
  response.end(error instanceof Error ? error.message : String(error))
}
