/** Bodies under way have a sum, by whose they are; small budgets, a real server. */
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { RawConnection } from '../../../../../../test/support/raw-connection.ts'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import { ADMIN_KEY } from '../../../../test/api/client.ts'
import { sendRaw } from '../../../../test/api/raw-request.ts'
import { BODY_LIMITS, STRANGER_BODY_BYTES_MAX } from './body-budget.ts'
import { TINY_CHUNKS_MAX } from './tiny-chunks.ts'

const KIB = 1024
const LIMITS = {
  owners: { bytesMax: 64 * KIB, shareMax: 16 * KIB },
  strangers: { bytesMax: 8 * KIB, shareMax: 4 * KIB },
}

test('a chatbot has its quarter: past it 503 before the body is read, and the connection closes', async () => {
  const { url, ann, ben, post, leads } = await setup()
  const open = await halfBody(url, ann, 12 * KIB)
  const refused = await sendRaw(url, leads(ann, `Content-Length: ${5 * KIB}`))
  expect(refused.json).toMatchObject({ statusCode: 503, code: 'busy' })
  expect(refused.head).toMatch(/retry-after: \d+\r\n/)
  expect(refused.head).toContain('connection: close')
  expect((await post(ben, 12 * KIB)).status).toBe(202)
  expect((await post(ann, 2 * KIB)).status).toBe(202)

  open.socket.destroy()
  await expect.poll(async () => (await post(ann, 12 * KIB)).status).toBe(202)
})

test('what a chatbot’s own key brings is charged like what the operator brings for it', async () => {
  const { url, ann, call, post } = await setup()
  const body = { name: 'Shop', chatbotId: ann }
  const { json } = await call<{ key: string }>('POST', '/api/v1/api-keys', { body })
  await halfBody(url, ann, 12 * KIB, json.key)
  expect((await post(ann, 5 * KIB)).status).toBe(503)
})

test('chunked bodies are counted as they come', async () => {
  const { url, ann, leads, post } = await setup()
  const open = await RawConnection.open(url, leads(ann, 'Transfer-Encoding: chunked'))
  open.socket.write(`${(12 * KIB).toString(16)}\r\n{${' '.repeat(12 * KIB - 1)}\r\n`)
  await expect.poll(async () => (await post(ann, 5 * KIB)).status).toBe(503)
  open.socket.write(`${(5 * KIB).toString(16)}\r\n${' '.repeat(5 * KIB)}\r\n`)
  await open.says('"busy"')
  expect(open.statuses).toEqual([503])
  expect((await post(ann, 12 * KIB)).status).toBe(202)
})

test('all chatbots together have the whole, and no more', async () => {
  const { url, call, post, ann } = await setup()
  for (let index = 0; index < 4; index++) {
    const { json } = await call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'A' } })
    await halfBody(url, json.id, 16 * KIB)
  }
  expect((await post(ann, KIB)).status).toBe(503)
})

test('strangers have a budget apart: theirs is used up, the owners’ is not', async () => {
  const { url, ann, call, post } = await setup()
  const path = `/widget/v1/chatbots/${ann}/leads`
  const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nOrigin: http://localhost:8080\r\nContent-Type: application/json\r\n`
  await RawConnection.open(url, `${head}Content-Length: ${3 * KIB}\r\n\r\n{`)
  const refused = await RawConnection.open(url, `${head}Content-Length: ${2 * KIB}\r\n\r\n`)
  await refused.says('"busy"')
  expect(refused.statuses).toEqual([503])
  const signIn = { body: { key: 'x'.repeat(2 * KIB) }, key: null }
  expect((await call('POST', '/api/v1/session', signIn)).status).toBe(503)
  expect((await post(ann, 12 * KIB)).status).toBe(202)
})

// Of a body that was only announced as much is held as of one that came.
test('it takes hundreds of strangers’ bodies to keep an owner from signing in', async () => {
  const { call } = await startApiAlone()
  const signIn = { body: { key: 'x'.repeat(STRANGER_BODY_BYTES_MAX) }, key: null }
  expect((await call('POST', '/api/v1/session', signIn)).status).toBe(413)
  const { bytesMax, shareMax } = BODY_LIMITS.strangers
  expect(bytesMax / shareMax).toBeGreaterThanOrEqual(16)
  expect(shareMax / STRANGER_BODY_BYTES_MAX).toBeGreaterThanOrEqual(16)
})

test('without a key nothing is held for anybody', async () => {
  const { url, ann, leads, post } = await setup()
  for (let index = 0; index < 5; index++) {
    const open = await RawConnection.open(url)
    open.socket.write(leads(ann, `Content-Length: ${12 * KIB}`, 'wrong'))
  }
  expect((await post(ann, 16 * KIB)).status).toBe(202)
})

// A key that is not known yet is looked up: nothing tells of the connection's end a second time.
test('of a client that goes while its key is looked up nothing is held', async () => {
  const began = Promise.withResolvers<void>()
  const known = Promise.withResolvers<void>()
  const { url, call } = await startApiAlone(({ config, store }) => ({
    config: { ...config, bodies: LIMITS },
    store: {
      ...store,
      async findApiKey(hash) {
        began.resolve()
        await known.promise
        return store.findApiKey(hash)
      },
    },
  }))
  const add = async <Made>(path: string, body: object) =>
    (await call<Made>('POST', path, { body })).json
  const { id } = await add<{ id: string }>('/api/v1/chatbots', { name: 'Shop' })
  const { key } = await add<{ key: string }>('/api/v1/api-keys', { name: 'Shop', chatbotId: id })
  const client = await RawConnection.open(url, leads(id, `Content-Length: ${12 * KIB}`, key))
  await began.promise
  client.socket.resetAndDestroy()
  await once(client.socket, 'close')
  expect((await call('GET', '/healthz')).status).toBe(200)
  known.resolve()
  const post = () => call('POST', `/api/v1/chatbots/${id}/leads`, { body: leadOf(12 * KIB) })
  expect((await post()).status).toBe(202)
  expect((await post()).status).toBe(202)
})

test('a body is held until its call is done, also when its client has gone', async () => {
  const began = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  let calls = 0
  const { url, ann, leads, post } = await setup(async () => {
    calls += 1
    if (calls > 1) return
    began.resolve()
    await finish.promise
  })
  const client = await RawConnection.open(url, leads(ann, `Content-Length: ${12 * KIB}`))
  client.socket.write(leadOf(12 * KIB))
  await began.promise
  client.socket.destroy()
  await once(client.socket, 'close')
  for (let again = 0; again < 5; again++) expect((await post(ann, 5 * KIB)).status).toBe(503)
  finish.resolve()
  await expect.poll(async () => (await post(ann, 12 * KIB)).status).toBe(202)
})

test('whatever becomes of a body, its room is given back', async () => {
  const { url, ann, call, post } = await setup()
  const path = `/api/v1/chatbots/${ann}/leads`
  const text = 'application/json; charset=utf-16'
  for (let again = 0; again < 3; again++) {
    for (const [body, type] of [
      ['{"customerName":', 'application/json'],
      [`{"customerName":"${'x'.repeat(9 * KIB)}"`, 'application/json'],
      [`{"nobody":"${'x'.repeat(9 * KIB)}"}`, 'application/json'],
      [leadOf(9 * KIB), text],
      [leadOf(9 * KIB), 'text/plain'],
      [Buffer.alloc(9 * KIB, 0xff), 'application/json'],
    ] as const) {
      const { status } = await call('POST', path, { body, headers: { 'content-type': type } })
      expect([type, String(body).slice(0, 12), status === 400 || status === 415]).toContain(true)
    }
    expect((await call('POST', '/nowhere', { body: leadOf(9 * KIB) })).status).toBe(404)
    const cut = await halfBody(url, ann, 9 * KIB)
    cut.socket.destroy()
    await cut.closed
  }
  await expect.poll(async () => (await post(ann, 16 * KIB)).status).toBe(202)
})

test('who asks before sending is told to go on only when the body is about to be read', async () => {
  const { url, ann, leads } = await setup()
  const expects = (bytes: number) => `Expect: 100-continue\r\nContent-Length: ${bytes}`
  const taken = await RawConnection.open(url, leads(ann, expects(2 * KIB)))
  await taken.says('100 Continue')
  taken.socket.write(leadOf(2 * KIB))
  await taken.says('leadId')
  const tooMuch = await sendRaw(url, leads(ann, expects(17 * KIB)))
  expect(tooMuch.status).toBe(503)
  const stranger = await sendRaw(url, leads(ann, expects(2 * KIB), 'wrong'))
  expect(stranger.status).toBe(401)
})

test('who sends all of a large body before it reads anything still reads that there was no room', async () => {
  const { url, ann } = await setup()
  const body = `{"events":[]}${' '.repeat(6 * 1024 * KIB)}`
  const head = `POST /api/v1/chatbots/${ann}/events/batch HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ADMIN_KEY}\r\nContent-Type: application/json\r\n`
  const refused = await sendRaw(url, `${head}Content-Length: ${body.length}\r\n\r\n${body}`)
  expect(refused.json).toMatchObject({ statusCode: 503, code: 'busy' })
})

test.each([
  ['with a key', ADMIN_KEY],
  ['without one', 'wrong'],
])('a body in chunks of a byte is cut %s; one in small chunks is taken', async (_who, key) => {
  const { url, ann } = await setup(undefined, BODY_LIMITS)
  const head = leads(ann, 'Transfer-Encoding: chunked', key)
  const abuse = await RawConnection.open(url, head + '1\r\n \r\n'.repeat(TINY_CHUNKS_MAX + 1))
  await abuse.closed
  expect(abuse.statuses).toEqual([])
  const lead = [...leadOf(5_000)].map((character) => `1\r\n${character}\r\n`).join('')
  const fine = await RawConnection.open(url, `${head}${lead}0\r\n\r\n`)
  await fine.says(key === ADMIN_KEY ? 'leadId' : 'invalid_key')
})

async function setup(beforeLead: () => Promise<void> = async () => {}, bodies = LIMITS) {
  const api = await startApiAlone(({ config, ingest }) => ({
    config: { ...config, bodies },
    ingest: {
      ...ingest,
      async acceptLead(...lead) {
        await beforeLead()
        return ingest.acceptLead(...lead)
      },
    },
  }))
  const addChatbot = async () => {
    const { json } = await api.call<{ id: string }>('POST', '/api/v1/chatbots', {
      body: { name: 'Shop' },
    })
    return json.id
  }
  return {
    ...api,
    leads,
    ann: await addChatbot(),
    ben: await addChatbot(),
    post: (chatbotId: string, bytes: number) =>
      api.call('POST', `/api/v1/chatbots/${chatbotId}/leads`, { body: leadOf(bytes) }),
  }
}

function leads(chatbotId: string, headers: string, key = ADMIN_KEY): string {
  return `POST /api/v1/chatbots/${chatbotId}/leads HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n${headers}\r\n\r\n`
}

function leadOf(bytes: number): string {
  return JSON.stringify({ customerName: 'Ann' }).padEnd(bytes)
}

/** A body that is announced, and of which one byte comes; it is held when this resolves. */
async function halfBody(url: string, chatbotId: string, bytes: number, key = ADMIN_KEY) {
  const connection = await RawConnection.open(url)
  connection.socket.write(
    `${leads(chatbotId, `Expect: 100-continue\r\nContent-Length: ${bytes}`, key)}`,
  )
  await connection.says('100 Continue')
  connection.socket.write('{')
  return connection
}
