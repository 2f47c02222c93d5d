/** What answers say beside their bodies: the request's name, where a new thing is, what a key may send. */
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { startApiAlone } from './api-alone.ts'
import { ADMIN_KEY } from './client.ts'
import { startWholeServer } from './whole-server.ts'

const PATHS = ['/healthz', '/api/v1/chatbots', '/api/v1/nothing', '/nowhere', '/openapi.json']

test('every answer has a name of its request, in a refusal twice', async () => {
  const { url } = await startWholeServer()
  const seen = new Set<string>()
  for (const path of PATHS) {
    const answer = await fetch(url + path)
    const id = answer.headers.get('x-request-id') ?? ''
    expect(id, path).toMatch(/^req_[0-9a-f]{16}$/)
    seen.add(id)
    const body = await answer.text()
    if (answer.status >= 400) expect(JSON.parse(body).requestId).toBe(id)
  }
  expect(seen.size).toBe(PATHS.length)
})

test("a caller's own name is answered, and in the log", async () => {
  const lines: unknown[] = []
  const { url } = await startApiAlone(() => ({
    log: { ...silentLog, info: (fields, event) => void lines.push({ ...fields, event }) },
  }))
  const headers = { 'x-request-id': 'trace 7f' }
  const answer = await fetch(`${url}/api/v1/chatbots`, { headers })
  expect(answer.headers.get('x-request-id')).toBe('trace 7f')
  expect(await answer.json()).toMatchObject({ requestId: 'trace 7f', code: 'missing_key' })
  expect(lines).toContainEqual(
    expect.objectContaining({ event: 'request.answered', requestId: 'trace 7f', statusCode: 401 }),
  )
})

test('what is no HTTP is answered with a name, too', async () => {
  const { url } = await startApiAlone()
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write('nonsense\r\n\r\n')
  let text = ''
  for await (const chunk of socket) text += chunk
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const [, id] = /^x-request-id: (req_[0-9a-f]{16})$/im.exec(head) ?? []
  expect(JSON.parse(body)).toMatchObject({ statusCode: 400, requestId: id })
})

test('what was created is where Location says', async () => {
  const { call } = await startApiAlone()
  const created = async (path: string, body: object) => {
    const { status, headers, json } = await call<{ id: string }>('POST', path, { body })
    expect(status, path).toBe(201)
    return { location: headers.get('location') ?? '', id: json.id }
  }
  const bot = await created('/api/v1/chatbots', { name: 'A' })
  const hooks = `/api/v1/chatbots/${bot.id}/webhooks`
  const made = [
    bot,
    await created(hooks, { url: 'https://shop.example/', eventTypes: ['lead.submit'] }),
    await created('/api/v1/webhooks', {
      endpoint: 'https://shop.example/',
      events: ['lead.submit'],
      chatbotId: bot.id,
    }),
    await created(`/api/v1/chatbots/${bot.id}/listeners`, { eventTypes: ['lead.submit'] }),
  ]
  for (const { location, id } of made) {
    const { status, json } = await call<{ id: string }>('GET', location)
    expect([location, status, json.id]).toEqual([location, 200, id])
  }
  const key = await created('/api/v1/api-keys', { name: 'shop', chatbotId: bot.id })
  expect((await call('DELETE', key.location)).status).toBe(204)
  const link = await call('POST', '/api/v1/owner-links', { body: { chatbotId: bot.id } })
  // It would stand in the logs of whatever is between.
  expect([link.status, link.headers.get('location')]).toEqual([201, null])
})

test('the reference is sent small, and once', async () => {
  const { url } = await startApiAlone()
  for (const path of ['/openapi.json', '/docs']) {
    const ask = (headers: Record<string, string>) => fetch(url + path, { headers })
    const plain = await ask({ 'accept-encoding': 'identity' })
    const zipped = await ask({ 'accept-encoding': 'gzip;q=1.0, *;q=0' })
    expect(zipped.headers.get('content-encoding')).toBe('gzip')
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(zipped.headers.get('vary')).toBe('accept-encoding')
    expect(await zipped.text()).toBe(await plain.text())
    for (const answer of [plain, zipped]) {
      const tag = answer.headers.get('etag') ?? ''
      expect(tag).toMatch(/^"[\w-]{27}(-gzip)?"$/)
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const again = await ask({ 'if-none-match': known })
        expect([known, again.status, await again.text()]).toEqual([known, 304, ''])
      }
    }
    expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200)
    const size = Number(zipped.headers.get('content-length'))
    expect(size).toBeGreaterThan(0)
    expect(size).toBeLessThan(Number(plain.headers.get('content-length')) / 3)
  }
})

test('a key is told what it may still send, and when it is refused', async () => {
  const { url, addChatbot } = await startWholeServer({ RATE_LIMIT_PER_KEY: '2' })
  await addChatbot()
  const told: (number | null)[][] = []
  for (let turn = 0; turn < 21; turn++) {
    const answer = await fetch(`${url}/api/v1/chatbots`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    })
    await answer.arrayBuffer()
    const number = (name: string) => Number(answer.headers.get(name) ?? Number.NaN)
    expect(answer.headers.get('ratelimit-policy')).toBe('20;w=10')
    told.push([answer.status, number('ratelimit-limit'), number('ratelimit-remaining')])
    expect(number('ratelimit-reset')).toBeLessThanOrEqual(10)
    if (answer.status === 429) expect(number('retry-after')).toBeGreaterThanOrEqual(1)
  }
  expect(told[0]).toEqual([200, 20, 18])
  expect(told.at(-1)).toEqual([429, 20, 0])
  const stranger = await fetch(`${url}/api/v1/chatbots`)
  expect([stranger.status, stranger.headers.get('ratelimit-limit')]).toEqual([401, null])
})

test('without a limit nothing is told', async () => {
  const { call } = await startApiAlone()
  const { headers } = await call('GET', '/api/v1/chatbots')
  expect(headers.get('ratelimit-limit')).toBeNull()
})
