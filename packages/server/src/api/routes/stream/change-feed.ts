/**
 * Hands what changes to the clients of the stream: at least once, in order, never personal data. A
 * client that reads too slowly is cut off; it comes back with the last id that it got and resumes
 * from the store, so no memory is kept for it here. It listens to the store only while somebody
 * listens to it.
 *
 * The past is sent page by page (change-replay.ts). What happens meanwhile is held; past a bound it is
 * dropped and read from the store like what was before it.
 */
import type { ServerResponse } from 'node:http'
import type { Clock } from '../../../clock.ts'
import type { Log } from '../../../log.ts'
import type { Desk } from '../../../store/desk.ts'
import type { Change, Road } from '../../../store/road.ts'
import { createReplay, isOpen, type Past, type Replayed } from './change-replay.ts'
import { changeText } from './change-text.ts'

export const HEARTBEAT_MS = 15_000
/** Times what a client may leave unread: the memory that streams can take in all. */
export const STREAMS_MAX = 500
/** Of a chatbot's keys and sessions together: one owner can't take the others' streams away. */
export const STREAMS_PER_CHATBOT_MAX = 50
export const UNREAD_BYTES_MAX = 256 * 1024
/** From one heartbeat to the next, so often in a row, it took nothing of what was there: half a minute. */
export const STALLED_BEATS_MAX = 2

export interface ChangeFeed {
  /** `caller`: the chatbot that the caller is limited to; null: an operator. */
  hasRoom(caller: string | null): boolean
  /** `sinceMs`: from the client's `Last-Event-ID`; null: from now on. */
  open(
    response: ServerResponse,
    options: {
      chatbotId: string | null
      /** As `hasRoom` was asked. */
      caller?: string | null
      sinceMs: number | null
      /** Asked from time to time: who may not follow any more is cut off. */
      isAllowed?: () => Promise<boolean>
    },
  ): void
  /** Asks of every client whether it may still follow; to be called when a key was revoked. */
  recheck(): void
  close(): void
}

interface Client extends Replayed {
  chatbotId: string | null
  isAllowed(): Promise<boolean>
  /** What the kernel had taken at the last heartbeat. */
  takenBytes: number
  stalledBeats: number
}

interface FeedDeps {
  store: Pick<Road, 'onChange'> & Pick<Desk, 'changesSince'>
  clock: Clock
  log: Log
}

export function createChangeFeed(deps: FeedDeps): ChangeFeed {
  const clients = new Set<Client>()
  const replay = createReplay(deps)
  let isClosed = false
  let stopListening: (() => void) | null = null

  function join(client: Client) {
    clients.add(client)
    client.response.once('close', () => leave(client))
    stopListening ??= listen(deps, clients)
  }

  function leave(client: Client) {
    clients.delete(client)
    if (clients.size > 0) return
    stopListening?.()
    stopListening = null
  }

  return {
    hasRoom(caller) {
      if (clients.size >= STREAMS_MAX) return false
      if (caller === null) return true
      let open = 0
      for (const client of clients) if (client.caller === caller) open += 1
      return open < STREAMS_PER_CHATBOT_MAX
    },
    open(response, { chatbotId, caller = null, sinceMs, isAllowed = async () => true }) {
      // Gone while its key was looked up: no event tells of it any more.
      if (response.closed || response.destroyed) return
      const nowMs = deps.clock.now()
      const client: Client = {
        response,
        chatbotId,
        caller,
        isAllowed,
        wants: (change) => chatbotId === null || chatbotId === change.chatbotId,
        past: sinceMs === null ? null : { held: [], heldBytes: 0, isIncomplete: false },
        takenBytes: 0,
        stalledBeats: 0,
      }
      // An id without data tells the client where to resume if nothing at all happens before.
      response.write(`retry: 2000\n${sinceMs === null ? `id: ${nowMs}\n` : ''}\n`)
      // Its key was still looked up as the streams were ended; nobody would end this one.
      if (isClosed) return void response.end()
      join(client)
      if (sinceMs === null) return
      replay(client, Math.min(sinceMs, nowMs)).catch((error: unknown) => {
        if (!isOpen(client)) return
        deps.log.warn({ error: String(error) }, 'stream.replay_failed')
        response.destroy()
      })
    },
    recheck: () => recheck(clients),
    close() {
      isClosed = true
      for (const client of clients) endAtOnce(client)
    },
  }
}

/** What it has not read by now is not waited for: it comes back with its last id, if it may. */
function endAtOnce({ response }: Client) {
  if (response.writableLength > 0) response.destroy()
  else response.end()
}

/** Returns what ends it. */
function listen({ store, clock }: FeedDeps, clients: Set<Client>): () => void {
  const tell = (change: Change) => {
    const text = changeText(change)
    for (const client of clients) if (client.wants(change)) hand(client, text)
  }
  const stopChanges = store.onChange(tell, { everywhere: true })
  let cancelBeat = clock.setTimer(HEARTBEAT_MS, beat)
  function beat() {
    for (const client of clients) beatOne(client)
    recheck(clients)
    cancelBeat = clock.setTimer(HEARTBEAT_MS, beat)
  }
  return () => {
    stopChanges()
    cancelBeat()
  }
}

/** A store that is away says nothing of anybody's key: the client stays. */
function recheck(clients: Set<Client>) {
  for (const client of clients) {
    client.isAllowed().then(
      (allowed) => {
        if (!allowed) endAtOnce(client)
      },
      () => {},
    )
  }
}

function beatOne(client: Client) {
  const { response } = client
  const takenBytes = takenOf(response)
  const isStalled = response.writableLength > 0 && takenBytes === client.takenBytes
  client.stalledBeats = isStalled ? client.stalledBeats + 1 : 0
  client.takenBytes = takenBytes
  if (client.stalledBeats >= STALLED_BEATS_MAX) response.destroy()
  // Between two whole events, so it needs no place among them.
  else if (isOpen(client)) response.write(': still here\n\n')
}

function takenOf({ socket }: ServerResponse): number {
  return socket ? socket.bytesWritten - socket.writableLength : 0
}

function hand(client: Client, text: string) {
  const { response, past } = client
  if (!isOpen(client)) return
  if (past) hold(past, text)
  else if (response.writableLength + text.length > UNREAD_BYTES_MAX) response.destroy()
  else response.write(text)
}

/** What there is no room for is read from the store when the rest of the past has been sent. */
function hold(past: Past, text: string) {
  if (past.isIncomplete) return
  past.held.push(text)
  past.heldBytes += text.length
  if (past.heldBytes <= UNREAD_BYTES_MAX) return
  past.isIncomplete = true
  past.held = []
}
