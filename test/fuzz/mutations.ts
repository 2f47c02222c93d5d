/** Ways to spoil a request, each with a name that the report counts it under. */
import fc from 'fast-check'
import { type Draw, onceIn, pick } from './draw.ts'
import { hostileText, hostileValue } from './hostile-values.ts'
import { type Request, setHeader, setJson } from './request.ts'

type Mutation = (request: Request, draw: Draw) => void

/** Only on requests that carry JSON. */
const BODY_MUTATIONS: Record<string, Mutation> = {
  'a wrong value': (request, draw) => {
    changeJson(request, (root) => changeSpot(draw, root, (value) => hostileValue(draw, value)))
  },
  'a field missing': (request, draw) => {
    changeJson(request, (root) => changeSpot(draw, root, () => undefined))
  },
  'a field too many': (request, draw) => {
    const name = onceIn(draw, 2) ? hostileText(draw, null) : 'isAdmin'
    changeJson(request, (root) => (isObject(root) ? { ...root, [name]: 1 } : root))
  },
  'a poisoned key': (request, draw) => {
    const poison = pick(draw, ['"__proto__":{"x":1}', '"constructor":{"prototype":{}}'])
    changeText(request, (text) => text.replace('{', `{${poison},`))
  },
  'a key twice': (request, draw) => {
    const value = JSON.stringify(hostileValue(draw, null)) ?? 'null'
    changeText(request, (text) =>
      text.replace(/^\{("[^"]*"):/, `{$1:${value.replaceAll('$', '')},$1:`),
    )
  },
  'a number no double holds': (request, draw) => {
    const number = pick(draw, ['1e999', '9007199254740993', '-0', '1.0', '0.1000000000000000055'])
    changeText(request, (text) => text.replace(/"[^"]*"(?=[,}\]])/, number))
  },
  'deep nesting': (request, draw) => {
    const levels = pick(draw, [70, 5_000])
    setJson(request, `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)
  },
  'an early end': (request, draw) => {
    const { body } = request
    if (body) request.body = body.subarray(0, draw(fc.nat, { max: body.length }))
  },
  'bytes that are not UTF-8': (request, draw) => {
    const { body } = request
    const at = draw(fc.nat, { max: body?.length ?? 0 })
    if (body) {
      request.body = Buffer.concat([body.subarray(0, at), Buffer.from([0xff]), body.subarray(at)])
    }
  },
  'random bytes': (request, draw) => {
    request.body = Buffer.from(draw(fc.uint8Array, { maxLength: 200 }))
  },
  'another root': (request, draw) => {
    setJson(request, pick(draw, ['null', '[]', '0', '""', 'true', '', ' ', '\ufeff{}', '[[]]']))
  },
  'a huge body': (request, draw) => {
    const bytes = pick(draw, [100 * 1024, 150 * 1024, 300 * 1024])
    setJson(request, JSON.stringify({ name: 'x'.repeat(bytes) }))
  },
}

const ANY_MUTATIONS: Record<string, Mutation> = {
  'another content type': (request, draw) => {
    request.body ??= Buffer.from('{}')
    const types = [
      'text/plain',
      'application/json; charset=utf-16',
      'application/json;;;=',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      `application/json; ${'a'.repeat(4_000)}`,
      '/',
      undefined,
    ]
    setHeader(request, 'content-type', pick(draw, types))
  },
  'a body where none is asked for': (request, draw) => {
    setJson(request, pick(draw, ['{}', '{', '[1]', '{"__proto__":1}', '"x"', 'null']))
  },
  chunks: (request) => {
    request.framing = 'chunked'
  },
  'a connection cut in the body': (request) => {
    request.body ??= Buffer.from('{}')
    request.framing = 'cut'
  },
  'more body than announced': (request) => {
    request.body ??= Buffer.from('{}')
    request.framing = 'overlong'
  },
  'a wrong id': (request, draw) => {
    const ids = [
      '%00',
      '%',
      '%ff',
      'x',
      '..',
      '%2e%2e%2f',
      'bot_',
      'BOT_01M2FM1CGYE03V13E1WGZP7B71',
      'wh_01m2fm1cnje309kaq5k1xvenpq',
      'a'.repeat(5_000),
      'a'.repeat(20_000),
    ]
    const given = ids[draw(fc.nat, { max: 2 * ids.length })]
    const id = given ?? encodeURIComponent(hostileText(draw, null).toWellFormed())
    request.path = request.path.replace(/[a-z]+_[0-9a-z]{26}/, () => id)
  },
  'a wrong query value': (request, draw) => {
    const name = pick(draw, request.query)?.[0] ?? pick(draw, ['limit', 'cursor', 'from', 'q'])
    request.query = request.query.filter(([other]) => other !== name)
    request.query.push([name, hostileText(draw, null)])
  },
  'a query value twice': (request, draw) => {
    request.query.push(...request.query.slice(0, 1), ['limit', '1'], ['limit', '2'])
    if (onceIn(draw, 2)) request.query.push(['limit[]', '3'], ['__proto__', '4'])
  },
  'an unknown query': (request, draw) => {
    request.query.push([hostileName(draw), 'x'])
  },
  'no key': (request) => setHeader(request, 'authorization', undefined),
  'a wrong key': (request, draw) => {
    const keys = [
      'Bearer',
      'Bearer ',
      'Bearer x',
      'Basic eDp5',
      'bearer  a b',
      `Bearer ${'k'.repeat(9_000)}`,
    ]
    setHeader(request, 'authorization', pick(draw, keys))
  },
  'odd headers': (request, draw) => {
    const headers: [string, string][] = [
      ['idempotency-key', ''],
      ['idempotency-key', 'a b'],
      ['idempotency-key', 'k'.repeat(256)],
      ['idempotency-key', '\xe9'],
      ['last-event-id', '-1'],
      ['last-event-id', '999999999999999'],
      ['x-forwarded-for', '1.2.3.4, ::1, junk'],
      ['x-http-method-override', 'DELETE'],
      ['expect', '200-ok'],
      ['expect', '100-continue'],
      ['accept', 'text/html;q=0'],
      ['accept-encoding', 'br;q=1e9'],
      ['origin', 'null'],
      ['cookie', `${'a=b;'.repeat(500)}`],
      ['cookie', '__proto__=1; session=%'],
      ['upgrade', 'websocket'],
      ['x-long', 'x'.repeat(17_000)],
      ['if-none-match', '*'],
      ['range', 'bytes=0-0'],
      ['content-encoding', 'gzip'],
    ]
    const header = pick(draw, headers)
    if (header) request.headers.push(header)
    if (header && onceIn(draw, 3)) request.headers.push(header)
  },
  'another method': (request, draw) => {
    const methods = ['HEAD', 'OPTIONS', 'PUT', 'TRACE', 'DELETE', 'POST', 'PATCH', 'GET', 'QUERY']
    request.method = pick(draw, methods) ?? 'HEAD'
  },
  'another path': (request, draw) => {
    const paths = ['/', '//', '/api', `${request.path}/`, `${request.path}/x`, `/.${request.path}`]
    request.path = pick(draw, [...paths, request.path.toUpperCase(), `${request.path}%2f`]) ?? '/'
  },
}

/** Its name. */
export function mutate(request: Request, draw: Draw): string {
  const takesBody = request.body !== null && onceIn(draw, 2)
  const mutations = Object.entries(takesBody ? BODY_MUTATIONS : ANY_MUTATIONS)
  const [name, change] = pick(draw, mutations) ?? ['nothing', () => {}]
  change(request, draw)
  return name
}

function hostileName(draw: Draw): string {
  return encodeURIComponent(hostileText(draw, null).toWellFormed().slice(0, 200))
}

function changeText(request: Request, change: (text: string) => string): void {
  if (request.body) request.body = Buffer.from(change(request.body.toString()))
}

/** What an earlier mutation has spoiled as JSON stays as it is. */
function changeJson(request: Request, change: (root: unknown) => unknown): void {
  changeText(request, (text) => {
    try {
      return JSON.stringify(change(JSON.parse(text))) ?? 'null'
    } catch {
      return text
    }
  })
}

/** One place of the tree, the root among them, is another value; undefined takes it away. */
function changeSpot(draw: Draw, root: unknown, change: (value: unknown) => unknown): unknown {
  if (typeof root !== 'object' || root === null || onceIn(draw, 5)) return change(root)
  const keys = Object.keys(root)
  const chosen = pick(draw, keys)
  const entries = Object.entries(root).map(([key, value]) => [
    key,
    key === chosen ? changeSpot(draw, value, change) : value,
  ])
  if (Array.isArray(root)) return entries.map(([, value]) => value)
  return Object.fromEntries(entries) as unknown
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
