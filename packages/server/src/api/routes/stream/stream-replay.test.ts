import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import { ADMIN_KEY } from '../../../../test/api/client.ts'
import { openStream } from '../../../../test/api/stream-reader.ts'
import { manualClock } from '../../../../test/manual-clock.ts'
import type { Change, ChangePage, ChangePlace } from '../../../store/store.ts'
import { UNREAD_BYTES_MAX } from './change-feed.ts'
import { REPLAY_CHANGES, REPLAY_SLOTS } from './change-replay.ts'

const BEAT_MS = 15_000

function change(at: number, index: number, pad = 0): Change {
  const webhookId = `wh_${index}${'x'.repeat(pad)}`
  return { type: 'webhook.updated', at, chatbotId: 'bot_1', webhookId, aspect: 'settings' }
}

/** What is kept, all of it at one instant: a place in it is an index. */
function pageOf(kept: Change[], since: number | ChangePlace, limit: number): ChangePage {
  const from = typeof since === 'number' ? 0 : Number(since.key)
  const to = from + limit
  const at = kept[0]?.at ?? 0
  const next = to < kept.length ? { at, source: 0, key: to } : null
  return { changes: kept.slice(from, to), next }
}

type Read = (since: number | ChangePlace, limit: number) => Promise<ChangePage>

async function setup(read: Read, { beforeKey = async () => {} } = {}) {
  const clock = manualClock()
  const asked: { since: number | ChangePlace; limit: number }[] = []
  let tell: (change: Change) => void = () => {}
  const api = await startApiAlone(
    ({ store }) => ({
      store: {
        ...store,
        onChange(listener) {
          tell = listener
          return () => {}
        },
        async findApiKey(hash) {
          await beforeKey()
          return store.findApiKey(hash)
        },
        changesSince(since, limit) {
          asked.push({ since, limit })
          return read(since, limit)
        },
      },
    }),
    clock,
  )
  const addOwner = async () => {
    const body = { name: 'Shop' }
    const bot = await api.call<{ id: string }>('POST', '/api/v1/chatbots', { body })
    const chatbotId = bot.json.id
    const { json } = await api.call<{ id: string; key: string }>('POST', '/api/v1/api-keys', {
      body: { name: 'Shop', chatbotId },
    })
    return { chatbotId, keyId: json.id, key: json.key }
  }
  const addKey = async () => (await addOwner()).key
  /** A client that reads nothing until it is resumed, and the server's side of it. */
  const openLazy = async (key = ADMIN_KEY): Promise<{ lazy: Socket; serverSide: Socket }> => {
    const connected = once(api.app.server, 'connection')
    const { hostname, port } = new URL(api.url)
    const lazy = connect(Number(port), hostname)
    lazy.on('error', () => {})
    onTestFinished(() => void lazy.destroy())
    lazy.pause()
    const head = `Host: a\r\nAuthorization: Bearer ${key}\r\nLast-Event-ID: ${clock.now()}`
    lazy.write(`GET /api/v1/stream HTTP/1.1\r\n${head}\r\n\r\n`)
    const [serverSide] = (await connected) as [Socket]
    return { lazy, serverSide }
  }
  return { ...api, clock, asked, addOwner, addKey, openLazy, tell: (told: Change) => tell(told) }
}

/** Pages that the test gives out, in the order in which they were asked for. */
async function setupByHand() {
  const waiting: ((page: ChangePage) => void)[] = []
  const made = await setup(() => new Promise((resolve) => waiting.push(resolve)))
  return { ...made, give: (page: ChangePage) => waiting.shift()?.(page), waiting }
}

test('one instant is sent in small pages, each change once and in order', async () => {
  const at = manualClock().now()
  const kept = Array.from({ length: 6_000 }, (_, index) => change(at, index))
  const { url, asked } = await setup(async (since, limit) => pageOf(kept, since, limit))
  const stream = await openStream(url, { lastEventId: String(at) })
  for (let index = 0; index < kept.length; index++) {
    expect((await stream.next())?.data.webhookId).toBe(`wh_${index}`)
  }
  expect(stream.lastId()).toBe(String(at))
  expect(asked.map(({ limit }) => limit)).toEqual(
    Array.from({ length: kept.length / REPLAY_CHANGES }, () => REPLAY_CHANGES),
  )
})

test('few pages are read at once, chatbot by chatbot, and none for who has gone', async () => {
  const { url, clock, addKey, openLazy, asked, give, waiting } = await setupByHand()
  const at = clock.now()
  const [key, otherKey] = [await addKey(), await addKey()]
  const open = (by: string) => openStream(url, { key: by, lastEventId: String(at) })
  const more = { changes: [], next: { at, source: 0, key: 1 } }
  await open(key)
  await expect.poll(() => asked.length).toBe(1)
  const gone = await openLazy(key)
  await open(key)
  await open(otherKey)
  await expect.poll(() => asked.length).toBe(2)
  const left = new Promise((resolve) => gone.serverSide.once('close', resolve))
  gone.lazy.destroy()
  await left
  for (let made = 2; made <= REPLAY_SLOTS.max; made++) await open(await addKey())
  await expect.poll(() => waiting.length).toBe(REPLAY_SLOTS.max)
  // One chatbot waits with its second stream, and from now on with the first one's second page.
  give(more)
  await expect.poll(() => asked.length).toBe(REPLAY_SLOTS.max + 1)
  expect(waiting).toHaveLength(REPLAY_SLOTS.max)
  const pages = { first: 2, second: 1, others: REPLAY_SLOTS.max }
  const all = pages.first + pages.second + pages.others
  while (asked.length < all || waiting.length > 0) {
    expect(waiting.length).toBeLessThanOrEqual(REPLAY_SLOTS.max)
    give({ changes: [], next: null })
    await new Promise((resolve) => setImmediate(resolve))
  }
  await settled(() => asked.length)
  expect(asked).toHaveLength(all)
})

test('the loop turns between pages, though nothing of them is sent', async () => {
  let left = 50_000
  const { url, call, clock, asked } = await setup(async () => {
    left -= 1
    const next = left > 0 ? { at: clock.now(), source: 0, key: left } : null
    return { changes: [], next }
  })
  await openStream(url, { lastEventId: String(clock.now()) })
  expect((await call('GET', '/healthz')).status).toBe(200)
  expect(left).toBeGreaterThan(0)
  expect(asked.length).toBeGreaterThan(0)
})

test('who does not read is asked nothing more for, and cut after half a minute', async () => {
  const at = manualClock().now()
  const kept = Array.from({ length: REPLAY_CHANGES * 500 }, (_, index) => change(at, index, 200))
  const { clock, asked, openLazy } = await setup(async (since, limit) => pageOf(kept, since, limit))
  const { serverSide } = await openLazy()
  const cutOff = once(serverSide, 'close')
  await settled(() => asked.length)
  const pages = asked.length
  expect(serverSide.writableLength).toBeGreaterThan(0)
  expect(serverSide.writableLength).toBeLessThan(UNREAD_BYTES_MAX)
  clock.advance(BEAT_MS)
  clock.advance(BEAT_MS)
  expect(serverSide.destroyed).toBe(false)
  clock.advance(BEAT_MS)
  await cutOff
  expect(asked.length).toBe(pages)
})

test('who reads slowly is not cut, however long it takes', async () => {
  const at = manualClock().now()
  const kept = Array.from({ length: REPLAY_CHANGES * 500 }, (_, index) => change(at, index, 200))
  const { clock, asked, openLazy } = await setup(async (since, limit) => pageOf(kept, since, limit))
  const { lazy, serverSide } = await openLazy()
  await settled(() => asked.length)
  for (let beat = 0; beat < 8; beat++) {
    const before = asked.length
    let bytes = 0
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > 4_000_000) lazy.pause()
    }
    lazy.on('data', onData).resume()
    await expect.poll(() => asked.length).toBeGreaterThan(before)
    await settled(() => asked.length)
    lazy.off('data', onData)
    expect(serverSide.writableLength).toBeGreaterThan(0)
    clock.advance(BEAT_MS)
  }
  expect(serverSide.destroyed).toBe(false)
})

test('more than can be held while the past is read is read from the store', async () => {
  const { url, clock, asked, give, waiting, tell } = await setupByHand()
  const at = clock.now()
  const stream = await openStream(url, { lastEventId: String(at - 60_000) })
  await expect.poll(() => waiting.length).toBe(1)
  const live = Array.from({ length: 2_000 }, (_, index) => change(at, index, 300))
  for (const each of live) tell(each)
  give({ changes: [change(at - 1, -1)], next: null })
  await expect.poll(() => waiting.length).toBe(1)
  expect(asked[1]?.since).toBeLessThan(at)
  give({ changes: live, next: null })
  expect((await stream.next())?.data.webhookId).toBe('wh_-1')
  for (let index = 0; index < live.length; index++) {
    expect((await stream.next())?.data.webhookId).toMatch(new RegExp(`^wh_${index}x`))
  }
  tell(change(at, 7))
  expect((await stream.next())?.data.webhookId).toBe('wh_7')
})

test('what waits for its turn, its page or its reader does not keep the server from its stop', async () => {
  const at = manualClock().now()
  const kept = Array.from({ length: REPLAY_CHANGES * 500 }, (_, index) => change(at, index, 200))
  let isStuck = false
  const { app, asked, addKey, openLazy } = await setup((since, limit) =>
    isStuck ? new Promise(() => {}) : Promise.resolve(pageOf(kept, since, limit)),
  )
  const key = await addKey()
  const unread: Socket[] = []
  for (let made = 0; made < 4; made++) unread.push((await openLazy()).serverSide)
  const areUnread = async () => {
    await settled(() => asked.length)
    return unread.every((socket) => socket.writableLength > 0)
  }
  await expect.poll(areUnread, { timeout: 10_000 }).toBe(true)
  isStuck = true
  const pages = asked.length
  const waiting: Socket[] = []
  for (let made = 0; made < 4; made++) waiting.push((await openLazy(key)).serverSide)
  await expect.poll(() => asked.length).toBeGreaterThan(pages)
  // The clock stands: whatever waits for a time-out would wait for ever.
  await app.close()
  expect([...unread, ...waiting].every((socket) => socket.destroyed)).toBe(true)
})

test('who may not follow any more is cut, whatever it has not read', async () => {
  const kept: Change[] = []
  const made = await setup(async (since, limit) => pageOf(kept, since, limit))
  const { chatbotId, keyId, key } = await made.addOwner()
  for (let index = 0; index < REPLAY_CHANGES * 500; index++) {
    kept.push({ ...change(made.clock.now(), index, 200), chatbotId })
  }
  const { serverSide } = await made.openLazy(key)
  await settled(() => made.asked.length)
  expect(serverSide.writableLength).toBeGreaterThan(0)
  const cutOff = new Promise((resolve) => serverSide.once('close', resolve))
  await made.call('DELETE', `/api/v1/api-keys/${keyId}`)
  await cutOff
})

test('a stream whose key was still looked up as the server began to stop ends at once, too', async () => {
  const looked = Promise.withResolvers<void>()
  const known = Promise.withResolvers<void>()
  const { app, addKey, openLazy } = await setup(() => new Promise(() => {}), {
    beforeKey() {
      looked.resolve()
      return known.promise
    },
  })
  const { serverSide } = await openLazy(await addKey())
  await looked.promise
  const closed = app.close()
  await new Promise((resolve) => setImmediate(resolve))
  known.resolve()
  await closed
  expect(serverSide.destroyed).toBe(true)
})

/** Resolves when a value no longer changes while the loop turns. */
async function settled(value: () => number) {
  for (let same = 0, before = value(); same < 200; same++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (value() !== before || value() === 0) {
      before = value()
      same = 0
    }
  }
}
