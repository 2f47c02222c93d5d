/** The desk's calls on this engine: they are queued, and run with the others of their batch. */

import { CALL_NAMES, type Calls } from '../desk/operations/operations.ts'
import type { NewAuditEntry } from '../desk.ts'
import type { WriteQueue } from './thread/write-queue.ts'

export function deskCalls(queue: WriteQueue): Calls {
  const calls = CALL_NAMES.map((name) => {
    return [name, (input: never, audit?: NewAuditEntry) => queue.call(name, input, audit)]
  })
  return Object.fromEntries(calls)
}
