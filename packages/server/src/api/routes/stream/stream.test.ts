import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { RawConnection } from '../../../../../../test/support/raw-connection.ts'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import { ADMIN_KEY } from '../../../../test/api/client.ts'
import { openStream } from '../../../../test/api/stream-reader.ts'
import { startWholeServer } from '../../../../test/api/whole-server.ts'
import { manualClock } from '../../../../test/manual-clock.ts'
import type { Change, ChangePage } from '../../../store/store.ts'
import type { ApiDeps } from '../../deps.ts'
import { STREAMS_MAX, STREAMS_PER_CHATBOT_MAX } from './change-feed.ts'
import { RESUME_MS_MAX } from './change-replay.ts'

function webhookChange(at: number, webhookId: string, chatbotId = 'bot_1'): Change {
  return { type: 'webhook.updated', at, chatbotId, webhookId, aspect: 'settings' }
}

async function setup(change?: (deps: ApiDeps) => Partial<ApiDeps>) {
  const clock = manualClock()
  const api = await startApiAlone(change, clock)
  const addChatbot = async () => {
    const bot = await api.call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'A' } })
    const path = `/api/v1/chatbots/${bot.json.id}`
    const hook = { url: 'https://shop.example/', eventTypes: ['lead.submit'] }
    await api.call('POST', `${path}/webhooks`, { body: hook })
    const lead = async () => {
      const body = { customerName: 'Ann', customerEmail: 'ann@example.com', customerPhone: '123' }
      return (await api.call<{ leadId: string }>('POST', `${path}/leads`, { body })).json.leadId
    }
    return { id: bot.json.id, lead }
  }
  return { ...api, clock, addChatbot, bot: await addChatbot() }
}

test('what changes is told at once, with an id, and without personal data', async () => {
  const { url, bot, call } = await setup()
  const stream = await openStream(url)
  expect(stream.status).toBe(200)
  const leadId = await bot.lead()
  const told = [await stream.next(), await stream.next()]
  expect(told.map((event) => event?.type).sort()).toEqual(['delivery.updated', 'lead.created'])
  const lead = told.find((event) => event?.type === 'lead.created')
  expect(lead?.data).toMatchObject({ leadId, chatbotId: bot.id })
  expect(lead?.id).toMatch(/^\d+$/)
  const delivery = told.find((event) => event?.type === 'delivery.updated')
  expect(delivery?.data).toMatchObject({ delivery: { state: 'pending', eventType: 'lead.submit' } })
  expect(JSON.stringify(told)).not.toMatch(/Ann|example\.com|123"/)
  const hooks = await call<{ data: { id: string }[] }>('GET', `/api/v1/chatbots/${bot.id}/webhooks`)
  await call('POST', `/api/v1/webhooks/${hooks.json.data[0]?.id}/pause`)
  expect(await stream.next()).toMatchObject({
    type: 'webhook.updated',
    data: { webhookId: hooks.json.data[0]?.id },
  })
})

test('a delivery is followed to its end', async () => {
  const server = await startWholeServer()
  const bot = await server.addChatbot()
  await server.addWebhook(bot)
  const stream = await openStream(server.url, { query: `?chatbotId=${bot}` })
  await server.call('POST', `/api/v1/chatbots/${bot}/leads`, { body: { customerName: 'Ann' } })
  for (;;) {
    const event = await stream.next()
    expect(event).toBeDefined()
    const { delivery } = (event?.data ?? {}) as { delivery?: { state: string } }
    if (delivery?.state === 'delivered') break
  }
})

test('with a chatbot, only its own changes come', async () => {
  const { url, bot, addChatbot } = await setup()
  const other = await addChatbot()
  const stream = await openStream(url, { query: `?chatbotId=${bot.id}` })
  await other.lead()
  await bot.lead()
  expect((await stream.next())?.data.chatbotId).toBe(bot.id)
  expect((await stream.next())?.data.chatbotId).toBe(bot.id)
})

test('who comes back with the last id misses nothing', async () => {
  const { url, bot, clock } = await setup()
  const first = await openStream(url)
  await bot.lead()
  await first.next()
  const seen = await first.next()
  first.leave()
  clock.advance(60_000)
  const missed = [await bot.lead(), await bot.lead()]
  clock.advance(60_000)
  const second = await openStream(url, { lastEventId: seen?.id ?? '' })
  const told = new Set<unknown>()
  while (!missed.every((id) => told.has(id))) told.add((await second.next())?.data.leadId)
  const live = await bot.lead()
  while (!told.has(live)) told.add((await second.next())?.data.leadId)
})

test('who was told nothing yet can come back too', async () => {
  const { url, bot, clock } = await setup()
  const first = await openStream(url)
  const comment = first.comment()
  clock.advance(15_000)
  expect(await comment).toBe(': still here')
  const id = first.lastId()
  expect(id).toMatch(/^\d+$/)
  first.leave()
  clock.advance(600_000)
  const leadId = await bot.lead()
  const second = await openStream(url, { lastEventId: id })
  for (let told: unknown; told !== leadId; told = (await second.next())?.data.leadId);
})

test('of what is longer ago than an hour it is said that it is missing', async () => {
  const { url, bot, clock } = await setup()
  const id = String(clock.now())
  await bot.lead()
  clock.advance(RESUME_MS_MAX + 60_000)
  const leadId = await bot.lead()
  const stream = await openStream(url, { lastEventId: id })
  expect(await stream.next()).toMatchObject({
    type: 'stream.gap',
    data: { from: new Date(Number(id)).toISOString() },
  })
  expect((await stream.next())?.data.at).toBe(new Date(clock.now()).toISOString())
  expect([leadId, undefined]).toContain((await stream.next())?.data.leadId)
})

test('what happens while the past is read comes after it', async () => {
  const asked = Promise.withResolvers<void>()
  const past = Promise.withResolvers<ChangePage>()
  const { url, bot, clock } = await setup(({ store }) => ({
    store: {
      ...store,
      changesSince: () => {
        asked.resolve()
        return past.promise
      },
    },
  }))
  const stream = await openStream(url, { lastEventId: String(clock.now()) })
  await asked.promise
  await bot.lead()
  past.resolve({ changes: [webhookChange(clock.now(), 'wh_past', bot.id)], next: null })
  expect((await stream.next())?.data.webhookId).toBe('wh_past')
  const live = [(await stream.next())?.type, (await stream.next())?.type]
  expect(live.sort()).toEqual(['delivery.updated', 'lead.created'])
})

test('the store is listened to only while somebody listens', async () => {
  let listeners = 0
  const { url, clock } = await setup(({ store }) => ({
    store: {
      ...store,
      onChange(listener) {
        const stop = store.onChange(listener)
        listeners += 1
        return () => {
          listeners -= 1
          stop()
        }
      },
    },
  }))
  expect([listeners, clock.armed().length]).toEqual([0, 0])
  const streams = [await openStream(url), await openStream(url)]
  expect([listeners, clock.armed().length]).toEqual([1, 1])
  for (const stream of streams) stream.leave()
  await expect.poll(() => [listeners, clock.armed().length]).toEqual([0, 0])
})

test('who does not read is cut off, and the others go on', async () => {
  let tell: (change: Change) => void = () => {}
  const { url, clock, app } = await setup(({ store }) => ({
    store: {
      ...store,
      onChange(listener) {
        tell = listener
        return () => {}
      },
    },
  }))
  const connected = once(app.server, 'connection')
  const { hostname, port } = new URL(url)
  const lazy = connect(Number(port), hostname)
  lazy.on('error', () => {})
  lazy.pause()
  lazy.write(`GET /api/v1/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n\r\n`)
  const [serverSide] = await connected
  await clock.whenArmed(15_000)
  const diligent = await openStream(url)
  const cutOff = once(serverSide, 'close')
  let index = 0
  while (!serverSide.destroyed) {
    for (let step = 0; step < 200; step += 1) {
      index += 1
      const webhookId = `wh_${String(index).padEnd(500, 'x')}`
      tell(webhookChange(clock.now(), webhookId))
    }
    for (let step = 0; step < 200; step += 1) {
      expect((await diligent.next())?.type).toBe('webhook.updated')
    }
  }
  await cutOff
  lazy.destroy()
  // The kernel's buffers take some megabytes; ours one.
  expect(index * 600).toBeLessThan(50_000_000)
  tell(webhookChange(clock.now(), 'wh_after'))
  expect((await diligent.next())?.data.webhookId).toBe('wh_after')
})

test('who reads nothing is cut off within some heartbeats, though little happens', async () => {
  let tell: (change: Change) => void = () => {}
  const { url, clock, app } = await setup(({ store }) => ({
    store: {
      ...store,
      onChange(listener) {
        tell = listener
        return () => {}
      },
    },
  }))
  const connected = once(app.server, 'connection')
  const { hostname, port } = new URL(url)
  const lazy = connect(Number(port), hostname)
  lazy.on('error', () => {})
  lazy.pause()
  lazy.write(`GET /api/v1/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n\r\n`)
  const [serverSide] = await connected
  await clock.whenArmed(15_000)
  // Until the kernel takes no more.
  while (serverSide.writableLength === 0) {
    for (let step = 0; step < 100; step += 1) tell(webhookChange(clock.now(), 'x'.repeat(500)))
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(serverSide.destroyed).toBe(false)
  const cutOff = once(serverSide, 'close')
  for (let beat = 0; beat < 4; beat += 1) clock.advance(15_000)
  await cutOff
  lazy.destroy()
})

test('so many streams may be open and no more', async () => {
  const { url, call } = await setup()
  const { hostname, port } = new URL(url)
  const request = `GET /api/v1/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n\r\n`
  const sockets = Array.from({ length: STREAMS_MAX }, () => connect(Number(port), hostname))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  await Promise.all(
    sockets.map((socket) => {
      socket.write(request)
      return once(socket, 'data')
    }),
  )
  const more = await call('GET', '/api/v1/stream')
  expect([more.status, more.json.code, more.headers.get('retry-after')]).toEqual([
    429,
    'rate_limited',
    '10',
  ])
  sockets[0]?.destroy()
  await expect.poll(async () => (await openStream(url)).status).toBe(200)
})

test('one chatbot’s keys take a share of the streams, whatever they ask for, and leave the rest', async () => {
  const { url, call, bot, addChatbot } = await setup()
  const addKey = async (chatbotId: string) => {
    const body = { name: 'Shop', chatbotId }
    return (await call<{ key: string }>('POST', '/api/v1/api-keys', { body })).json.key
  }
  const [first, second] = [await addKey(bot.id), await addKey(bot.id)]
  const other = await addChatbot()
  for (let count = 0; count < STREAMS_PER_CHATBOT_MAX; count += 1) {
    // A foreign filter is no way around: it is counted to whoever asks.
    const query = count % 2 ? `?chatbotId=${other.id}` : ''
    expect((await openStream(url, { key: count % 3 ? first : second, query })).status).toBe(200)
  }
  const more = await call('GET', '/api/v1/stream', { key: first })
  expect([more.status, more.json.code]).toEqual([429, 'rate_limited'])
  expect((await openStream(url, { key: await addKey(other.id) })).status).toBe(200)
  expect((await openStream(url)).status).toBe(200)
})

test('a stopping server ends its streams', async () => {
  const { url, app } = await setup()
  const stream = await openStream(url)
  const ended = stream.next()
  await app.close()
  expect(await ended).toBeUndefined()
})

test('clients that go while their key is looked up take up no place', async () => {
  const asked = Promise.withResolvers<void>()
  const known = Promise.withResolvers<void>()
  const { url, call, bot, app } = await setup(({ store }) => ({
    store: {
      ...store,
      async findApiKey(hash) {
        asked.resolve()
        await known.promise
        return store.findApiKey(hash)
      },
    },
  }))
  const body = { name: 'Shop', chatbotId: bot.id }
  const { key } = (await call<{ key: string }>('POST', '/api/v1/api-keys', { body })).json
  const head = `GET /api/v1/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\n\r\n`
  let gone = 0
  app.server.on('connection', (socket) => {
    socket.once('close', () => {
      gone += 1
    })
  })
  const clients = await Promise.all(
    Array.from({ length: STREAMS_PER_CHATBOT_MAX }, () => RawConnection.open(url, head)),
  )
  await asked.promise
  // Behind all of theirs.
  expect((await call('GET', '/healthz')).status).toBe(200)
  for (const { socket } of clients) socket.resetAndDestroy()
  await expect.poll(() => gone).toBe(STREAMS_PER_CHATBOT_MAX)
  known.resolve()
  expect((await openStream(url, { key })).status).toBe(200)
})
