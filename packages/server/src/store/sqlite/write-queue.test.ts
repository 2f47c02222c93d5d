import { expect, test } from 'vitest'
import { StoreUnavailable } from '../../errors.ts'
import type { AcceptInput } from '../store.ts'
import type { Batch, BatchReply } from './engine.ts'
import { WriteQueue } from './write-queue.ts'

/** A queue over an engine that answers when the test says so. */
function setup() {
  const batches: { batch: Batch; answer(): void; fail(error: Error): void }[] = []
  const queue = new WriteQueue({
    port: {
      write: (batch) =>
        new Promise<BatchReply>((resolve, reject) => {
          const replies = batch.calls.map(({ input }) => ({ value: input }))
          const answer = () => resolve({ replies, changes: [], woken: [], cleaning: false })
          batches.push({ batch, answer, fail: reject })
        }),
      read: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    },
    isHeard: () => false,
    onCommit: () => undefined,
  })
  /** Lets what is resolved by now go on. */
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const ping = () => queue.call('ping', 1)
  const accept = (characters: number) => {
    const payload = 'x'.repeat(characters)
    const events = [{ id: 'evt_1', eventType: 'a.b', payload, lead: null }]
    return queue.call('accept', { events } as unknown as AcceptInput)
  }
  const sizes = () => batches.map(({ batch }) => batch.calls.length)
  return { queue, batches, settled, ping, accept, sizes }
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

test('a batch is bounded in calls and in characters', async () => {
  const { settled, ping, accept, batches, sizes } = setup()
  const calls: Promise<unknown>[] = [ping()]
  await settled()
  calls.push(...Array.from({ length: 1_500 }, () => ping()))
  calls.push(...Array.from({ length: 3 }, () => accept(5 * 1024 * 1024)))
  for (let index = 0; index < 6; index++) {
    batches[index]?.answer()
    await settled()
  }
  await Promise.all(calls)
  expect(sizes()).toEqual([1, 1_000, 501, 1, 1])
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
