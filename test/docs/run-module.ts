/**
 * Runs a block of JavaScript or TypeScript as a program of its own, and serves what it exports: an
 * object with `fetch`, `POST`, or a function of request and response. The
 * port that it listens on is moved, and told, by `moved-ports.js`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

type Fetch = (request: Request, environment?: object) => Promise<Response>
type Handle = (request: IncomingMessage, response: ServerResponse) => unknown

/** What a block uses of Deno and Bun; on the real ones `test/receivers` runs our examples. */
const serve = (handler: Fetch) => void listenOn(onNode(handler))
Object.assign(globalThis, {
  Deno: { serve, env: { get: (name: string) => process.env[name] } },
  Bun: { serve: (options: { fetch: Fetch }) => serve(options.fetch) },
})

const [, , path = ''] = process.argv
const exported: Record<string, unknown> = await import(pathToFileURL(path).href)
const handles = Object.values(exported).map(asHandle)
const [handle] = handles.filter((found) => found !== null)
if (handle) listenOn(handle)

function listenOn(handler: Handle): void {
  createServer(handler).listen(3000)
}

function asHandle(value: unknown): Handle | null {
  if (typeof value === 'function')
    return value.length < 2 ? onNode(value as Fetch) : (value as Handle)
  if (typeof value !== 'object' || value === null || !('fetch' in value)) return null
  return typeof value.fetch === 'function' ? onNode(value.fetch.bind(value) as Fetch) : null
}

function onNode(fetchHandler: Fetch): Handle {
  return async (request, response) => {
    const { method = '', headers, url } = request
    const init: RequestInit = { method, headers: headers as Record<string, string> }
    if (method === 'POST') init.body = new Uint8Array(await buffer(request))
    const answer = await fetchHandler(new Request(`http://localhost${url}`, init), process.env)
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  }
}
