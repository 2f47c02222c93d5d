/** Receivers as they are in the wild, on real sockets: a right one, and one for each mistake. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export const SECRET = 'whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY'

export interface Request {
  method: string
  headers: IncomingHttpHeaders
  body: Buffer
}

interface Reply {
  status: number
  headers?: Record<string, string>
  body?: string
}

export type Receiver = (request: Request) => Reply | Promise<Reply>

/** What the checks of one receiver are about. */
interface Parts {
  /** The expected x-chatzuri-signature. */
  expected?: (body: Buffer) => string
  given?: (header: string | undefined) => string
  equal?: (given: string, expected: string) => boolean
  reply?: (request: Request) => Reply | Promise<Reply>
  refusal?: Reply
  otherMethod?: Reply
}

export function hmac(content: string | Buffer, algorithm = 'sha1', key = SECRET): string {
  return createHmac(algorithm, key).update(content).digest('hex')
}

export const REFUSAL: Reply = { status: 400, body: '{"message":"Signature didn\'t match"}' }
const RECEIVED: Reply = { status: 200, body: '{"received":true}' }

/** A right receiver, but for the parts that are given. */
export function receiver(parts: Parts = {}): Receiver {
  const { expected = (body) => hmac(body), given = (header) => header ?? '' } = parts
  const { equal = equalText, reply = () => RECEIVED, refusal = REFUSAL } = parts
  const { otherMethod = { status: 405, headers: { allow: 'POST' } } } = parts
  return (request) => {
    if (request.method !== 'POST') return otherMethod
    const header = request.headers['x-chatzuri-signature']
    const isRight = equal(given(header as string | undefined), expected(request.body))
    return isRight ? reply(request) : refusal
  }
}

function equalText(given: string, expected: string): boolean {
  return (
    given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))
  )
}

/** Its URL. A handler that throws is answered 500, as frameworks do. */
export async function serve(handle: Receiver): Promise<{ url: URL; server: Server }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', headers } = request
    const reply = await Promise.resolve()
      .then(() => handle({ method, headers, body: Buffer.concat(chunks) }))
      .catch(() => ({ status: 500, headers: {}, body: '' }))
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
    response.end(reply.body ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: new URL(`http://127.0.0.1:${port}/hook`), server }
}
