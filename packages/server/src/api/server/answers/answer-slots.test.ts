import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import { ADMIN_KEY } from '../../../../test/api/client.ts'
import { withPages } from '../../../../test/api/made-pages.ts'
import { manualClock } from '../../../../test/manual-clock.ts'
import { systemClock } from '../../../clock.ts'
import { silentLog } from '../../../log.ts'
import { createMetrics } from '../../../metrics.ts'
import type { PageRead } from '../../../store/desk.ts'
import { countStates } from '../../../store/reading/lead-deliveries.ts'
import { SLOTS, STALLED_MS, TURN_WAIT_MS } from './answer-slots.ts'

const EMPTY = { rows: [], more: false }

/** An API whose store answers a page when the test says so. */
async function setup() {
  const clock = manualClock()
  const metrics = createMetrics()
  const asked: ((page: PageRead<unknown>) => void)[] = []
  let toAll: PageRead<unknown> | null = null
  /** What is asked, and will be, is answered by this page, at once. */
  const answerAll = (page: PageRead<unknown>) => {
    toAll = page
    for (const answer of asked.splice(0)) answer(page)
  }
  const api = await startApiAlone(({ store }) => ({
    clock,
    metrics,
    store: withPages(
      store,
      async () => toAll ?? new Promise<PageRead<unknown>>((resolve) => asked.push(resolve)),
    ),
  }))
  const bots: string[] = []
  const keys: string[] = []
  for (const name of ['a', 'b']) {
    const { json } = await api.call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name } })
    bots.push(json.id)
    const body = { name, chatbotId: json.id }
    keys.push((await api.call<{ key: string }>('POST', '/api/v1/api-keys', { body })).json.key)
  }
  const [bot = '', otherBot = ''] = bots
  const [key = '', otherKey = ''] = keys
  const ask = (path: string, by = key) => api.call('GET', path, { key: by })
  /** Resolves when so many pages are asked of the store. */
  const askedTimes = (count: number) => expect.poll(() => asked.length).toBe(count)
  return { ...api, clock, metrics, asked, askedTimes, answerAll, ask, bot, otherBot, key, otherKey }
}

test('a chatbot has two exports at once, whoever asks; one more is told when to come again', async () => {
  const { ask, asked, askedTimes, bot, otherKey, metrics } = await setup()
  const path = `/api/v1/leads.csv?chatbotId=${bot}`
  const running = [ask(path), ask(path, ADMIN_KEY)]
  await askedTimes(2)
  for (const by of [undefined, ADMIN_KEY]) {
    const { status, json, headers } = await ask(path, by)
    expect([status, json.code]).toEqual([429, 'rate_limited'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
  const others = ask('/api/v1/leads.csv', otherKey)
  await askedTimes(3)
  for (const answer of asked) answer(EMPTY)
  for (const answer of await Promise.all([...running, others])) expect(answer.status).toBe(200)
  expect(await metrics.text()).toContain('chatzuri_requests_refused_total{reason="exports"} 2')
  const again = ask(path)
  await askedTimes(4)
  asked[3]?.(EMPTY)
  expect((await again).status).toBe(200)
})

test('of all chatbots together few exports run', async () => {
  const { call, asked, askedTimes, ask } = await setup()
  const running: Promise<unknown>[] = []
  let path = ''
  for (let made = 0; made <= SLOTS.export.max; made++) {
    const body = { name: `${made}` }
    const { json } = await call<{ id: string }>('POST', '/api/v1/chatbots', { body })
    path = `/api/v1/leads.csv?chatbotId=${json.id}`
    if (made < SLOTS.export.max) running.push(ask(path, ADMIN_KEY))
  }
  await askedTimes(SLOTS.export.max)
  expect((await ask(path, ADMIN_KEY)).status).toBe(429)
  for (const answer of asked) answer(EMPTY)
  await Promise.all(running)
})

test('lists wait for their turn, chatbot by chatbot, and never for too long', async () => {
  const { ask, asked, askedTimes, clock, otherKey } = await setup()
  const { perChatbotMax } = SLOTS.answer
  const lists = Array.from({ length: perChatbotMax + 2 }, () => ask('/api/v1/leads'))
  await askedTimes(perChatbotMax)
  const others = ask('/api/v1/deliveries', otherKey)
  await askedTimes(perChatbotMax + 1)
  asked[perChatbotMax]?.(EMPTY)
  expect((await others).status).toBe(200)
  asked[0]?.(EMPTY)
  await askedTimes(perChatbotMax + 2)
  clock.advance(TURN_WAIT_MS)
  const late = lists.pop()
  expect((await late)?.status).toBe(429)
  for (const answer of asked) answer(EMPTY)
  for (const answer of await Promise.all(lists)) expect(answer.status).toBe(200)
})

test('whoever goes leaves its place, waiting or being answered', async () => {
  const { url, asked, askedTimes, ask, key } = await setup()
  const { perChatbotMax } = SLOTS.answer
  const sockets = Array.from({ length: perChatbotMax + 1 }, () =>
    request(url, '/api/v1/leads', key),
  )
  await askedTimes(perChatbotMax)
  const waiting = ask('/api/v1/leads')
  for (const socket of sockets) socket.destroy()
  let status = 0
  void waiting.then((answer) => {
    status = answer.status
  })
  // One that goes while it waits may still be asked for, if its turn comes first.
  const answered = () => {
    for (const answer of asked.slice(perChatbotMax)) answer(EMPTY)
    return status
  }
  await expect.poll(answered).toBe(200)
})

test('a reader that takes nothing for half a minute is cut; one that reads slowly is not', async () => {
  const { url, askedTimes, answerAll, clock, key, app, metrics } = await setup()
  const accepted = once(app.server, 'connection')
  const socket = request(url, '/api/v1/leads.csv', key)
  socket.pause()
  const [serverSide] = (await accepted) as [Socket]
  // As long as the store has not answered, nobody waits for the reader.
  await askedTimes(1)
  await clock.pass(2 * STALLED_MS)
  expect(serverSide.destroyed).toBe(false)
  answerAll(largePage())
  const taken = () => serverSide.bytesWritten - serverSide.writableLength
  /** Until two looks see the same, with something unread. */
  const stuck = async () => {
    let before = -1
    const isStuck = () => {
      const last = before
      before = taken()
      return serverSide.writableLength > 0 && before === last
    }
    await expect.poll(isStuck).toBe(true)
  }
  await stuck()
  for (let read = 0; read < 3; read++) {
    await clock.pass(STALLED_MS - 6_000)
    const before = serverSide.bytesWritten
    socket.resume()
    await expect.poll(() => serverSide.bytesWritten).toBeGreaterThan(before + 2 ** 20)
    socket.pause()
    await stuck()
    await clock.pass(6_000)
  }
  expect(serverSide.destroyed).toBe(false)
  await clock.pass(STALLED_MS + 6_000)
  expect(serverSide.destroyed).toBe(true)
  expect(await metrics.text()).toContain('chatzuri_requests_refused_total{reason="stalled"} 1')
})

test('a reader that goes half-way is no fault of ours, and leaves its place', async () => {
  const error = vi.fn()
  const { url, app } = await startApiAlone(({ store }) => ({
    log: { ...silentLog, error },
    store: withPages(store, async () => largePage()),
  }))
  for (let asked = 0; asked < 2 * SLOTS.export.perChatbotMax; asked++) {
    const accepted = once(app.server, 'connection')
    const socket = request(url, '/api/v1/leads.csv', ADMIN_KEY)
    const [serverSide] = (await accepted) as [Socket]
    const [head] = await once(socket, 'data')
    expect(String(head)).toMatch(/^HTTP\/1.1 200 /)
    const closed = new Promise((resolve) => serverSide.once('close', resolve))
    socket.resetAndDestroy()
    await closed
  }
  expect(error).not.toHaveBeenCalled()
})

function largePage(): PageRead<unknown> {
  const lead = { id: 'lead_1', chatbotId: '', conversationId: '', eventId: '' }
  const texts = { customerName: 'x'.repeat(95_000), customerEmail: '', customerPhone: '' }
  const rest = { deliveries: countStates([]), consent: null, createdAt: systemClock.now() }
  return { rows: [{ ...lead, ...texts, ...rest }], more: true }
}

function request(url: string, path: string, key: string): Socket {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\n\r\n`)
  return socket
}
