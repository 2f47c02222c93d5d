/** A thread's whole life: open, say so, answer each message in its turn, close. */
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../clock.ts'
import { assert } from '../../errors.ts'
import { systemRandom } from '../../random.ts'
import { type Batch, Engine } from './engine.ts'
import { toFault } from './faults.ts'
import type { Query } from './port.ts'
import { Reader } from './reader.ts'
import type { FromThread, ThreadSetup, ToThread } from './thread.ts'

const port = parentPort
assert(port, 'this file runs as a worker thread')
const reply = (message: FromThread) => port.postMessage(message)

try {
  const room = openRoom(workerData as ThreadSetup)
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

function openRoom({ role, dataDir }: ThreadSetup): {
  answer(request: unknown): unknown
  close(): void
} {
  if (role === 'reader') {
    const reader = new Reader(dataDir)
    return {
      answer: (request) => reader.read(request as Query[]),
      close: () => reader.close(),
    }
  }
  const engine = new Engine({ dataDir, clock: systemClock, random: systemRandom })
  return { answer: (request) => engine.run(request as Batch), close: () => engine.close() }
}
