import { expect, test } from 'vitest'
import { freshFolder } from '../../../../test/sqlite/folder.ts'
import { StoreUnavailable } from '../../../errors.ts'
import { makeFolder } from '../file/database.ts'
import { type PackedReply, packBatch, unpackReply } from './packing.ts'
import { Thread } from './thread.ts'

async function setup() {
  const dataDir = freshFolder()
  makeFolder(dataDir)
  const thread = new Thread({ role: 'writer', dataDir })
  await thread.ready
  const batch = packBatch({ calls: [{ name: 'ping', input: 1 }], wantChanges: false })
  const ping = async () => unpackReply((await thread.ask(batch)) as PackedReply)
  return { thread, ping }
}

test('a thread answers in the order of the questions', async () => {
  const { thread, ping } = await setup()
  const order: number[] = []
  await Promise.all([1, 2, 3].map((n) => ping().then(() => order.push(n))))
  expect(order).toEqual([1, 2, 3])
  await thread.close()
})

test('a thread that died rejects what waits and whatever comes later', async () => {
  const { thread, ping } = await setup()
  const waiting = ping()
  const outcome = waiting.catch((error: unknown) => error)
  await thread.terminate()
  const error = await outcome
  // It may have been answered just before; then there is nothing to reject.
  if (error instanceof Error) expect(error).toBeInstanceOf(StoreUnavailable)
  await expect(ping()).rejects.toThrow(StoreUnavailable)
  await expect(ping()).rejects.toThrow('must be started again')
})

test('a fault in the thread comes back as an error and leaves the thread alive', async () => {
  const { thread, ping } = await setup()
  await expect(thread.ask(null)).rejects.toThrow(Error)
  await expect(ping()).resolves.toMatchObject({ replies: [{ value: 1 }] })
  await thread.close()
})
