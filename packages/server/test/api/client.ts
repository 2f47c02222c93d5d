/** Calls a server over HTTP; every answer is checked against the document. */
import { assertDocumented } from './documented.ts'

export const ADMIN_KEY = 'key-of-the-operator-in-tests'

export interface Answer<Json = Record<string, never>> {
  status: number
  headers: Headers
  text: string
  json: Json
}

export interface CallOptions {
  /** Sent as JSON, unless it is text or bytes already. */
  body?: unknown
  headers?: Record<string, string>
  /** Null: without a key. */
  key?: string | null
}

export type Call = <Json = Record<string, unknown> & { [name: string]: never }>(
  method: string,
  path: string,
  options?: CallOptions,
) => Promise<Answer<Json>>

export function createCall(url: string): Call {
  return async (method, path, { body, headers = {}, key = ADMIN_KEY } = {}) => {
    const sent = new Headers(headers)
    // One for all, so that answers are compared to the letter.
    if (!sent.has('x-request-id')) sent.set('x-request-id', 'req_test')
    if (key !== null) sent.set('authorization', `Bearer ${key}`)
    if (body !== undefined && !sent.has('content-type')) {
      sent.set('content-type', 'application/json')
    }
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const response = await fetch(url + path, {
      method,
      headers: sent,
      redirect: 'manual',
      ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /^application\/json/.test(response.headers.get('content-type') ?? '')
    const json = isJson && text !== '' ? JSON.parse(text) : undefined
    const { status } = response
    if (method !== 'HEAD') {
      assertDocumented({ method, path: path.split('?')[0] ?? path, status, json })
    }
    return { status, headers: response.headers, text, json }
  }
}
