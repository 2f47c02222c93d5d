/**
 * How many large answers are made and sent at once, of one chatbot and of all. An answer that is
 * being read holds memory until its reader has taken it, so it holds a slot for as long: exports past
 * the bound are refused, other answers wait for their turn, chatbot by chatbot, so that whoever asks
 * for a hundred holds up nobody else. A reader that takes nothing for half a minute is cut.
 *
 * Never: holds a slot for a connection that is gone, keeps more than the waiting request itself.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../../clock.ts'
import type { Metrics } from '../../../metrics.ts'
import { apiError } from '../../shapes/error-answer.ts'
import { SlotTurns } from './slot-turns.ts'

export type SlotKind = 'export' | 'answer'

/** An export goes on for as long as its reader takes; of answers most are sent within the same turn. */
export const SLOTS = {
  export: { perChatbotMax: 2, max: 8 },
  answer: { perChatbotMax: 4, max: 32 },
} as const satisfies Record<SlotKind, { perChatbotMax: number; max: number }>

/** Until an answer that waits for its turn is refused instead. */
export const TURN_WAIT_MS = 10_000
/** Of one chatbot; each holds a connection anyway, of which there are not many more. */
const TURNS_WAITING_MAX = 500
/** A reader that takes nothing for so long is gone. */
export const STALLED_MS = 30_000
const LOOK_EVERY_MS = 5_000
const RETRY_SECONDS = { export: 10, answer: 2 } as const

export interface AnswerSlots {
  /** Resolves when it has a slot, which ends with the answer; throws a 429 when there is none. */
  enter(kind: SlotKind, owner: string, call: SlotCall): Promise<void>
}

interface SlotCall {
  request: Pick<FastifyRequest, 'raw'>
  reply: Pick<FastifyReply, 'raw'>
}

interface SlotDeps {
  clock: Clock
  metrics: Pick<Metrics, 'requestRefused'>
}

export function createAnswerSlots({ clock, metrics }: SlotDeps): AnswerSlots {
  const turns = { export: new SlotTurns(SLOTS.export), answer: new SlotTurns(SLOTS.answer) }
  const watch = createStallWatch(clock, metrics)
  const refuse = (kind: SlotKind) => {
    metrics.requestRefused(kind === 'export' ? 'exports' : 'answers')
    const what = kind === 'export' ? 'exports run' : 'large answers wait'
    const message = `So many ${what} that no more is taken`
    return apiError('rate_limited', message, { retryAfterSeconds: RETRY_SECONDS[kind] })
  }
  const hold = (kind: SlotKind, owner: string, { request, reply }: SlotCall) => {
    const unwatch = watch(request.raw.socket, reply.raw)
    const release = () => {
      unwatch()
      turns[kind].release(owner)
    }
    if (reply.raw.closed || reply.raw.destroyed) release()
    else reply.raw.once('close', release)
  }
  return {
    async enter(kind, owner, call) {
      if (!turns[kind].take(owner)) {
        if (kind === 'export' || turns[kind].waitingOf(owner) >= TURNS_WAITING_MAX) {
          throw refuse(kind)
        }
        await waitForTurn(turns[kind], owner, { ...call, clock, refuse: () => refuse(kind) })
      }
      hold(kind, owner, call)
    },
  }
}

function waitForTurn(
  turns: SlotTurns,
  owner: string,
  { reply, clock, refuse }: SlotCall & { clock: Clock; refuse(): Error },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      cancelTimer()
      reply.raw.off('close', onClose)
    }
    const leave = turns.wait(owner, () => {
      settle()
      resolve()
    })
    const giveUp = (error: Error) => {
      leave()
      settle()
      reject(error)
    }
    const onClose = () => giveUp(refuse())
    const cancelTimer = clock.setTimer(TURN_WAIT_MS, () => giveUp(refuse()))
    reply.raw.once('close', onClose)
  })
}

interface Watched {
  socket: Socket
  response: ServerResponse
  takenBytes: number
  /** On the monotonic clock. */
  since: number
}

/** Looks from time to time at whoever reads, only while somebody does. */
function createStallWatch(clock: Clock, metrics: SlotDeps['metrics']) {
  const readers = new Set<Watched>()
  let cancel: (() => void) | null = null
  function look() {
    for (const reader of readers) {
      if (!isStalled(reader, clock.monotonic())) continue
      metrics.requestRefused('stalled')
      reader.socket.destroy()
    }
    cancel = readers.size > 0 ? clock.setTimer(LOOK_EVERY_MS, look) : null
  }
  return (socket: Socket, response: ServerResponse): (() => void) => {
    const reader = { socket, response, takenBytes: 0, since: clock.monotonic() }
    readers.add(reader)
    cancel ??= clock.setTimer(LOOK_EVERY_MS, look)
    return () => {
      readers.delete(reader)
      if (readers.size > 0) return
      cancel?.()
      cancel = null
    }
  }
}

/** What the kernel took counts: an answer that waits for us, or for another before it, is not stalled. */
function isStalled(reader: Watched, now: number): boolean {
  const { socket, response } = reader
  const takenBytes = socket.bytesWritten - socket.writableLength
  const isReading = response.socket !== null && socket.writableLength > 0
  if (!isReading || takenBytes !== reader.takenBytes) {
    reader.takenBytes = takenBytes
    reader.since = now
    return false
  }
  return now - reader.since >= STALLED_MS
}
