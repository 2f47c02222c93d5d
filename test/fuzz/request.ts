/** A request on its way from an operation of the document to bytes on a connection. */
import type { JsonSchema } from '../../packages/server/src/api/document/openapi-schemas.ts'
import { type Draw, onceIn } from './draw.ts'
import type { Operation } from './operations.ts'
import { idPrefixOf } from './pool.ts'
import { onlyHere, type ValueWorld, validValue } from './valid-values.ts'

export interface Request {
  method: string
  path: string
  /** As they stand in the URL; repeated where they repeat. */
  query: [name: string, value: string][]
  headers: [name: string, value: string][]
  body: Buffer | null
  framing: Framing
}

type Framing =
  | 'length'
  | 'chunked'
  /** `Content-Length` promises more than comes, and the client goes away. */
  | 'cut'
  /** `Content-Length` says less than comes: the rest looks like a second request. */
  | 'overlong'

/** As the document shows it, on things that exist. */
export function exampleRequest(draw: Draw, operation: Operation, world: Asking): Request {
  const { body } = operation
  const parameters = operation.parameters.filter(
    ({ required, example }) => required || example !== undefined,
  )
  const value = body ? onlyHere(body.example, body.schema, world) : undefined
  return build({ ...operation, parameters }, { draw, world, value, newest: true })
}

/** Anything that the document's schemas take. */
export function validRequest(draw: Draw, operation: Operation, world: Asking): Request {
  const { body } = operation
  const parameters = operation.parameters.filter(({ required }) => required || onceIn(draw, 2))
  const sendsBody = body !== null && (body.isRequired || !onceIn(draw, 4))
  const value = sendsBody ? validValue(draw, body.schema, world) : undefined
  return build({ ...operation, parameters }, { draw, world, value, newest: onceIn(draw, 2) })
}

export interface Asking extends ValueWorld {
  adminKey: string
}

interface Building {
  draw: Draw
  world: Asking
  value: unknown
  newest: boolean
}

function build(operation: Operation, { draw, world, value, newest }: Building): Request {
  const request: Request = {
    method: operation.method,
    path: operation.path,
    query: [],
    headers: [['authorization', `Bearer ${world.adminKey}`]],
    body: null,
    framing: 'length',
  }
  for (const { name, in: place, schema, example } of operation.parameters) {
    if (schema.type === 'object') {
      request.query.push(...keyedParts(name, validValue(draw, schema, world)))
      continue
    }
    const shown = newest ? example : undefined
    const text = parameterText({ name, schema, shown }, { draw, world, newest })
    if (place === 'path') request.path = request.path.replace(`{${name}}`, encodeURIComponent(text))
    else if (place === 'query') request.query.push([name, text])
    else request.headers.push([name.toLowerCase(), text])
  }
  if (value !== undefined) setJson(request, JSON.stringify(value))
  return request
}

/** An object in a query, as clients that are made from the document write it. */
function keyedParts(name: string, value: unknown): [string, string][] {
  return Object.entries(value ?? {}).map(([key, part]) => [`${name}[${key}]`, String(part)])
}

function parameterText(
  { name, schema, shown }: { name: string; schema: JsonSchema; shown: unknown },
  { draw, world, newest }: Omit<Building, 'value'>,
): string {
  if (name === 'cursor') return world.pool.cursor(draw)
  const prefix = typeof schema.pattern === 'string' ? idPrefixOf(schema.pattern) : null
  if (prefix === null && shown !== undefined) return String(shown)
  if (prefix === null) return String(validValue(draw, schema, world))
  return (newest ? world.pool.newest(prefix) : undefined) ?? world.pool.id(draw, prefix)
}

export function setJson(request: Request, text: string | Buffer): void {
  request.body = Buffer.from(text)
  setHeader(request, 'content-type', 'application/json')
}

/** Undefined takes it away. */
export function setHeader(request: Request, name: string, value: string | undefined): void {
  request.headers = request.headers.filter(([given]) => given !== name)
  if (value !== undefined) request.headers.push([name, value])
}

function targetOf({ path, query }: Request): string {
  if (query.length === 0) return path
  return `${path}?${query.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&')}`
}

export function toPieces(request: Request): Buffer[] {
  const { method, body, framing } = request
  const headers: [string, string][] = [
    ['host', 'localhost'],
    ['connection', 'close'],
    ...request.headers,
  ]
  if (framing === 'chunked') headers.push(['transfer-encoding', 'chunked'])
  else if (body !== null) headers.push(['content-length', String(announced(body, framing))])
  const fields = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const head = Buffer.from(`${method} ${targetOf(request)} HTTP/1.1\r\n${fields}\r\n`, 'latin1')
  if (framing === 'chunked') return [head, ...inChunks(body ?? Buffer.alloc(0))]
  return body === null ? [head] : [head, body]
}

function announced(body: Buffer, framing: Framing): number {
  if (framing === 'cut') return body.length + 10
  return framing === 'overlong' ? Math.floor(body.length / 2) : body.length
}

function inChunks(body: Buffer): Buffer[] {
  const size = Math.max(1, Math.ceil(body.length / 3))
  const chunks: Buffer[] = []
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size)
    chunks.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
  }
  return [...chunks, Buffer.from('0\r\n\r\n')]
}

/** The request as somebody may try it in a shell; what a shell can't hold is cut. */
export function curlLine(request: Request, url: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  const headers = request.headers.map(([name, value]) =>
    // The key is the operator's own.
    quoted(name === 'authorization' ? 'authorization: Bearer KEY' : `${name}: ${value}`),
  )
  const shown = request.body?.toString('latin1') ?? ''
  const body = shown.length > 2_000 ? `${shown.slice(0, 2_000)}… (${shown.length} bytes)` : shown
  return [
    `curl -X ${request.method} ${quoted(url + targetOf(request))}`,
    ...headers.map((header) => `-H ${header}`),
    ...(request.body === null ? [] : [`--data-binary ${quoted(body)}`]),
    ...(request.framing === 'length' ? [] : [`# ${request.framing}`]),
  ].join(' ')
}
