/** The engine in the calling thread, on the caller's clock: for tests and simulations. */
import type { Clock } from '../../../clock.ts'
import type { Random } from '../../../random.ts'
import { Engine } from '../engine.ts'
import { toError, toFault } from '../file/faults.ts'
import type { EnginePort } from './port.ts'
import { Reader } from './reader.ts'

export function openInline(options: {
  dataDir: string
  clock: Clock
  random: Random
}): EnginePort & { engine: Engine } {
  const engine = new Engine(options)
  const reader = new Reader(options.dataDir)
  return {
    engine,
    async write(batch) {
      return engine.run(batch)
    },
    async read(queries) {
      try {
        return reader.read(queries)
      } catch (error) {
        throw toError(toFault(error))
      }
    },
    async close() {
      reader.close()
      engine.close()
    },
  }
}
