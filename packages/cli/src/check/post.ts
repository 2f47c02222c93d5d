/**
 * One request to the endpoint under check, and what came back. Remote faults are values. It uses
 * node:http and not fetch: a check wants any method, no redirects, the certificate's fault by its
 * code, and a connection of its own for each request, so that one fault doesn't become the next one's.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { lookUp } from '../localhost.ts'
import { unpack } from '../unpack.ts'

/** As the server does: the body of an answer is advisory. */
const ANSWER_BYTES_MAX = 64 * 1024
const BODY_TIMEOUT_MS = 2_000
/**
 * The status counts where it can be read, as for the server: line feeds alone, folded lines, a length
 * beside chunks. Without danger, since each connection carries one request only.
 */
const TOLERANT = { agent: false, insecureHTTPParser: true, maxHeaderSize: 256 * 1024 } as const

/** As the server does: HTTP/1.1 is what it offers, so that one of HTTP/2 only says so. */
const AS_WE_SPEAK = { lookup: lookUp, ALPNProtocols: ['http/1.1'] }

interface Outgoing {
  url: URL
  method: string
  headers: Record<string, string>
  body: Buffer | null
  timeoutMs: number
  /** False: goes on in spite of a certificate that was found wrong before. */
  verifyTls: boolean
  /** Breaks the request off: it is answered as unreachable. */
  signal?: AbortSignal | null
}

export type Answer =
  | {
      kind: 'answered'
      status: number
      headers: Record<string, string>
      body: string
      durationMs: number
    }
  | { kind: 'unreachable'; code: string; message: string; durationMs: number }

export function post(outgoing: Outgoing): Promise<Answer> {
  const { url, method, body, timeoutMs, verifyTls } = outgoing
  const startedAt = performance.now()
  const elapsedMs = () => Math.round(performance.now() - startedAt)
  const headers = {
    ...outgoing.headers,
    ...(body === null ? {} : { 'content-length': String(body.length) }),
  }
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const options = { ...TOLERANT, ...AS_WE_SPEAK, rejectUnauthorized: verifyTls }
    const request = send(url, { method, headers, ...options, signal: outgoing.signal ?? undefined })
    const patience = setTimeout(() => request.destroy(new TimeoutError(timeoutMs)), timeoutMs)
    const settle = (answer: Answer) => {
      clearTimeout(patience)
      resolve(answer)
    }
    request.on('error', (error: Error & { code?: string }) => {
      const { code = 'UNKNOWN', message } = error
      settle({ kind: 'unreachable', code, message, durationMs: elapsedMs() })
    })
    request.on('response', (response) => {
      const durationMs = elapsedMs()
      const { statusCode: status = 0 } = response
      clearTimeout(patience)
      // The headers count; a body that crawls is not waited for, as the server doesn't either.
      const bodyPatience = setTimeout(() => response.destroy(), BODY_TIMEOUT_MS)
      void readBody(response).then((text) => {
        clearTimeout(bodyPatience)
        settle({ kind: 'answered', status, headers: headersOf(response), body: text, durationMs })
        request.destroy()
      })
    })
    request.end(body ?? undefined)
  })
}

class TimeoutError extends Error {
  readonly code = 'TIMEOUT'

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} s`)
  }
}

/** Whatever came; a connection that breaks after the headers changes nothing. */
async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer)
      bytes += (chunk as Buffer).length
      if (bytes > ANSWER_BYTES_MAX) break
    }
  } catch {
    // The status counts, not the body.
  }
  const coding = response.headers['content-encoding'] ?? ''
  const body = await unpack(Buffer.concat(chunks), coding, ANSWER_BYTES_MAX)
  return body.toString('utf8')
}

function headersOf(response: IncomingMessage): Record<string, string> {
  const entries = Object.entries(response.headers)
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}
