import { expect, test } from 'vitest'
import { StoreDamaged, StoreUnavailable } from '../../../errors.ts'
import type { AcceptInput } from '../../road.ts'
import { COMMIT_WEIGHT_MAX } from '../../rules/accept-weight.ts'
import type { Batch, BatchReply } from '../engine.ts'
import type { EngineFault } from '../file/faults.ts'
import { WriteQueue } from './write-queue.ts'

/** A queue over an engine that answers when the test says so. */
function setup({
  damage = null,
  turns = false,
}: {
  damage?: EngineFault | null
  turns?: boolean
} = {}) {
  const afterTurn: (() => void)[] = []
  const turn = () => {
    for (const work of afterTurn.splice(0)) work()
  }
  const batches: { batch: Batch; answer(): void; fail(error: Error): void }[] = []
  const queue = new WriteQueue({
    port: {
      write: (batch) =>
        new Promise<BatchReply>((resolve, reject) => {
          const replies = batch.calls.map(({ input }) => ({ value: input }))
          const answer = () => resolve({ replies, changes: [], woken: [], cleaning: false })
          batches.push({ batch, answer, fail: reject })
        }),
      ...(turns && { afterTurn: (work: () => void) => void afterTurn.push(work) }),
    },
    clock: { monotonic: () => 0 },
    isFollowed: () => false,
    damage: () => damage,
    onBatch: () => undefined,
  })
  /** Lets what is resolved by now go on. */
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const ping = () => queue.call('ping', 1)
  /** `events` of so many characters together. */
  const accept = (characters: number, { chatbotId = 'bot_1', events = 1 } = {}) => {
    const payload = 'x'.repeat(characters / events)
    const event = { id: 'evt_1', eventType: 'a.b', payload, lead: null }
    const input = { chatbotId, events: Array.from({ length: events }, () => event) }
    return queue.call('accept', input as unknown as AcceptInput)
  }
  const bulk = (characters: number, chatbotId = 'bot_1') =>
    accept(characters, { chatbotId, events: 2 })
  const sizes = () => batches.map(({ batch }) => batch.calls.length)
  /** What each batch holds: of ingest the chatbot, in capitals where it is bulk. */
  const held = () =>
    batches.map(({ batch }) =>
      batch.calls.map(({ name, input }) => {
        if (name !== 'accept') return name
        const { chatbotId, events } = input as AcceptInput
        return events.length > 1 ? chatbotId.toUpperCase() : chatbotId
      }),
    )
  /** Answers one batch after the other until nothing is left. */
  const answerAll = async () => {
    for (let index = 0; index < batches.length; index++) {
      batches[index]?.answer()
      await settled()
    }
  }
  return { queue, turn, batches, settled, ping, accept, bulk, sizes, held, answerAll }
}

test('an idle engine gets a call at once; calls of the same turn share its commit', async () => {
  const { settled, ping, batches, sizes } = setup()
  const calls = [ping(), ping()]
  await settled()
  expect(sizes()).toEqual([2])
  batches[0]?.answer()
  await Promise.all(calls)
})

test('calls made while a commit runs gather and leave together when it is done', async () => {
  const { settled, ping, batches, sizes } = setup()
  const calls = [ping()]
  await settled()
  for (let i = 0; i < 10; i++) {
    calls.push(ping())
    await settled()
  }
  expect(sizes()).toEqual([1])
  batches[0]?.answer()
  await settled()
  expect(sizes()).toEqual([1, 10])
  batches[1]?.answer()
  await Promise.all(calls)
})

test('for an engine in another thread, what one turn of the loop brings leaves together', async () => {
  const { settled, ping, batches, sizes, turn } = setup({ turns: true })
  const calls = [ping()]
  await settled()
  calls.push(ping())
  expect(sizes()).toEqual([])
  turn()
  expect(sizes()).toEqual([2])
  calls.push(ping())
  batches[0]?.answer()
  await settled()
  calls.push(ping())
  turn()
  expect(sizes()).toEqual([2, 2])
  batches[1]?.answer()
  await Promise.all(calls)
})

test('a batch is bounded in calls and in characters', async () => {
  const { settled, ping, accept, answerAll, sizes } = setup()
  const calls: Promise<unknown>[] = [ping()]
  await settled()
  calls.push(...Array.from({ length: 1_500 }, () => ping()))
  await answerAll()
  expect(sizes()).toEqual([1, 1_000, 500])
  calls.push(...Array.from({ length: 3 }, () => accept(5 * 2 ** 20)))
  calls.push(...Array.from({ length: 50 }, () => accept(90_000, { chatbotId: 'bot_2' })))
  await settled()
  await answerAll()
  await Promise.all(calls)
  // In turn; one that is more than a commit holds stands alone.
  expect(sizes().slice(3)).toEqual([1, 1, 1, 1, 1, 45, 3])
})

test('a probe of the size of work has a commit of its own', async () => {
  const { queue, settled, ping, accept, answerAll, held } = setup()
  const calls: Promise<unknown>[] = [ping()]
  await settled()
  calls.push(ping(), queue.call('ping', 131_072), accept(100), ping())
  await answerAll()
  await Promise.all(calls)
  expect(held()).toEqual([['ping'], ['ping'], ['ping', 'ping', 'bot_1']])
})

test('what is not ingest goes first, then single events, then bulk', async () => {
  const { settled, ping, accept, bulk, answerAll, held } = setup()
  const calls: Promise<unknown>[] = [ping()]
  await settled()
  calls.push(bulk(100), accept(100), ping(), accept(100), ping())
  await answerAll()
  await Promise.all(calls)
  expect(held()).toEqual([['ping'], ['ping', 'ping', 'bot_1', 'bot_1', 'BOT_1']])
})

test('a single event waits for one batch of others at most, and bulk is not forgotten', async () => {
  const { settled, accept, bulk, batches, answerAll, held } = setup()
  const calls: Promise<unknown>[] = Array.from({ length: 3 }, () => bulk(8 * 2 ** 20))
  await settled()
  calls.push(accept(100, { chatbotId: 'bot_2' }))
  batches[0]?.answer()
  await settled()
  // Who comes now waits for the batch that goes out next, and for no other.
  calls.push(accept(100, { chatbotId: 'bot_3' }))
  batches[1]?.answer()
  await settled()
  calls.push(accept(100, { chatbotId: 'bot_4' }))
  await answerAll()
  await Promise.all(calls)
  expect(held()).toEqual([['BOT_1'], ['bot_2'], ['BOT_1'], ['bot_3', 'bot_4'], ['BOT_1']])
})

test('chatbots take turns, in bulk and in single events', async () => {
  const { settled, ping, accept, bulk, answerAll, held } = setup()
  const calls: Promise<unknown>[] = [ping()]
  await settled()
  for (let made = 0; made < 3; made++) calls.push(bulk(3 * 2 ** 20, 'bot_1'))
  calls.push(bulk(3 * 2 ** 20, 'bot_2'))
  await answerAll()
  await Promise.all(calls)
  expect(held()).toEqual([['ping'], ['BOT_1'], ['BOT_2'], ['BOT_1'], ['BOT_1']])

  const { length } = held()
  calls.push(ping())
  await settled()
  for (let made = 0; made < 50; made++) calls.push(accept(90_000, { chatbotId: 'bot_1' }))
  for (const chatbotId of ['bot_2', 'bot_3']) calls.push(accept(90_000, { chatbotId }))
  await answerAll()
  await Promise.all(calls)
  expect(held()[length + 1]?.slice(0, 4)).toEqual(['bot_1', 'bot_2', 'bot_3', 'bot_1'])
})

test('a commit with bulk holds no more than one without, but for one call that is more alone', async () => {
  const { settled, ping, accept, bulk, answerAll, batches } = setup()
  const calls: Promise<unknown>[] = [ping()]
  await settled()
  for (let made = 0; made < 10; made++) calls.push(bulk(2 ** 20), accept(90_000))
  await answerAll()
  await Promise.all(calls)
  for (const { batch } of batches) {
    const characters = batch.calls
      .filter(({ name }) => name === 'accept')
      .flatMap(({ input }) => (input as AcceptInput).events)
      .reduce((sum, { payload }) => sum + payload.length, 0)
    expect(characters).toBeLessThanOrEqual(COMMIT_WEIGHT_MAX + 90_000)
  }
})

test('an engine that is gone rejects its batch, and the next call is tried again', async () => {
  const { settled, ping, batches } = setup()
  const first = ping()
  await settled()
  batches[0]?.fail(new StoreUnavailable('gone'))
  await expect(first).rejects.toThrow(StoreUnavailable)
  const second = ping()
  await settled()
  batches[1]?.answer()
  await expect(second).resolves.toBe(1)
})

test('closing waits for what is under way and refuses what comes later', async () => {
  const { queue, settled, ping, batches } = setup()
  const call = ping()
  await settled()
  let closed = false
  const closing = queue.close().then(() => {
    closed = true
  })
  await expect(ping()).rejects.toThrow(StoreUnavailable)
  await settled()
  expect(closed).toBe(false)
  batches[0]?.answer()
  await Promise.all([call, closing])
})

test('of a damaged store only what reads goes out, and what writes is answered at once', async () => {
  const { queue, ping, settled, held, answerAll } = setup({
    damage: { kind: 'damaged', message: 'a page is not as it was' },
  })
  const writing = Promise.allSettled([ping(), ping()])
  const reading = queue.call('findApiKey', 'hash')
  expect(await writing).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
  expect(held()).toEqual([['findApiKey']])
  await answerAll()
  expect(await reading).toBe('hash')
  await expect(ping()).rejects.toThrow(StoreDamaged)
  await settled()
  await queue.close()
})
