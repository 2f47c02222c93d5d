/**
 * Runs a block of JavaScript or TypeScript as a program of its own, and serves what it exports: an
 * object with `fetch`, `POST`, or a function of request and response. Says `serves` when there is
 * something to ask, `done` when there is not.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

type Fetch = (request: Request) => Promise<Response>
type Handle = (request: IncomingMessage, response: ServerResponse) => unknown

const [, , path = ''] = process.argv
const exported: Record<string, unknown> = await import(pathToFileURL(path).href)
const handles = Object.values(exported).map(asHandle)
const [handle] = handles.filter((found) => found !== null)
if (handle) createServer(handle).listen(3000, () => process.stdout.write('::serves::\n'))
else process.stdout.write('::done::\n')

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
    const answer = await fetchHandler(new Request(`http://localhost${url}`, init))
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  }
}
