/** A thread's whole life: open, say so, answer each message in its turn, close. */
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../../../errors.ts'
import { toFault } from '../file/faults.ts'
import type { PackedBatch } from './packing.ts'
import {
  CHECKPOINT,
  type FromThread,
  type Query,
  type ThreadSetup,
  type ToThread,
} from './thread-messages.ts'

const port = parentPort
assert(port, 'this file runs as a worker thread')
const reply = (message: FromThread) => port.postMessage(message)

try {
  const room = await openRoom(workerData as ThreadSetup)
  port.on('message', (message: ToThread) => {
    try {
      if ('request' in message) return reply({ value: room.answer(message.request) })
      room.close()
      reply({ value: null })
      port.close()
    } catch (error) {
      reply({ fault: toFault(error) })
    }
  })
  reply({ value: 'ready' })
} catch (error) {
  reply({ fault: toFault(error) })
}

interface Room {
  answer(request: unknown): unknown
  close(): void
}

/** Each role loads its own code only. */
function openRoom({ role, dataDir }: ThreadSetup): Promise<Room> {
  return role === 'writer' ? openWriter(dataDir) : openReader(dataDir)
}

async function openWriter(dataDir: string): Promise<Room> {
  const [{ Engine }, { packReply, unpackBatch }, { systemClock }, { systemRandom }] =
    await Promise.all([
      import('../engine.ts'),
      import('./packing.ts'),
      import('../../../clock.ts'),
      import('../../../random.ts'),
    ])
  const engine = new Engine({ dataDir, clock: systemClock, random: systemRandom })
  return {
    answer(request) {
      const batch = unpackBatch(request as PackedBatch)
      return packReply(engine.run(batch), batch.calls)
    },
    close: () => engine.close(),
  }
}

async function openReader(dataDir: string): Promise<Room> {
  const [{ Reader }, { Checkpointer }] = await Promise.all([
    import('./reader.ts'),
    import('./checkpointer.ts'),
  ])
  const reader = new Reader(dataDir)
  const checkpointer = new Checkpointer(dataDir)
  return {
    answer: (request) =>
      request === CHECKPOINT ? checkpointer.run() : reader.read(request as Query[]),
    close() {
      checkpointer.close()
      reader.close()
    },
  }
}
