/**
 * Hands what changes to the clients of the stream: at least once, in order, never personal data. A
 * client that reads too slowly is cut off; it comes back with the last id that it got and resumes
 * from the store, so no memory is kept for it here. It listens to the store only while somebody
 * listens to it.
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Change, Store } from '../store/store.ts'
import { isoAt } from './present.ts'

export const RESUME_MS_MAX = 3_600_000
const HEARTBEAT_MS = 15_000
/** Times what a client may leave unread: the memory that streams can take in all. */
export const STREAMS_MAX = 500
/** Of a chatbot's keys and sessions together: one owner can't take the others' streams away. */
export const STREAMS_PER_CHATBOT_MAX = 50
export const UNREAD_BYTES_MAX = 256 * 1024
/** A client that had something unread at so many heartbeats in a row reads nothing any more. */
const STALLED_BEATS_MAX = 4
const REPLAY_CHANGES = 500
/** Changes that committed side by side may carry instants in another order; a repeat does no harm. */
const REPLAY_OVERLAP_MS = 5_000

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

interface Client {
  response: ServerResponse
  chatbotId: string | null
  caller: string | null
  isAllowed(): Promise<boolean>
  /** What happened while the past was read; null: the client is up to date. */
  held: string[] | null
  heldBytes: number
  stalledBeats: number
}

export interface FeedDeps {
  store: Pick<Store, 'onChange' | 'changesSince'>
  clock: Clock
  log: Log
}

export function createChangeFeed(deps: FeedDeps): ChangeFeed {
  const clients = new Set<Client>()
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
      const client: Client = {
        ...{ response, chatbotId, caller, isAllowed },
        ...{ held: null, heldBytes: 0, stalledBeats: 0 },
      }
      const nowMs = deps.clock.now()
      // An id without data tells the client where to resume if nothing at all happens before.
      response.write(`retry: 2000\n${sinceMs === null ? `id: ${nowMs}\n` : ''}\n`)
      if (sinceMs !== null) client.held = []
      join(client)
      if (sinceMs === null) return
      replay(deps, client, Math.min(sinceMs, nowMs)).catch((error: unknown) => {
        deps.log.warn({ error: String(error) }, 'stream.replay_failed')
        response.destroy()
      })
    },
    recheck: () => recheck(clients),
    close() {
      for (const { response } of clients) response.end()
    },
  }
}

/** Returns what ends it. */
function listen({ store, clock }: FeedDeps, clients: Set<Client>): () => void {
  const tell = (change: Change) => {
    const text = eventText(change)
    for (const client of clients) if (concerns(client, change)) hand(client, text)
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
  for (const { response, isAllowed } of clients) {
    isAllowed().then(
      (allowed) => {
        if (!allowed) response.end()
      },
      () => {},
    )
  }
}

function concerns({ chatbotId }: Client, change: Change): boolean {
  return chatbotId === null || chatbotId === change.chatbotId
}

function beatOne(client: Client) {
  const { response } = client
  client.stalledBeats = response.writableLength > 0 ? client.stalledBeats + 1 : 0
  if (client.stalledBeats >= STALLED_BEATS_MAX) response.destroy()
  else hand(client, ': still here\n\n')
}

function hand(client: Client, text: string) {
  const { response, held } = client
  if (response.writableEnded || response.destroyed) return
  client.heldBytes += held ? text.length : 0
  if (response.writableLength + client.heldBytes + text.length > UNREAD_BYTES_MAX) {
    response.destroy()
  } else if (held) {
    held.push(text)
  } else {
    response.write(text)
  }
}

/** Sends the past, page by page as fast as the client reads, then what was held meanwhile. */
async function replay({ store, clock }: FeedDeps, client: Client, sinceMs: number) {
  const startedAt = clock.now()
  const oldest = startedAt - RESUME_MS_MAX
  if (sinceMs < oldest) await writeWhole(client, gapText(sinceMs, oldest))
  let from = Math.max(sinceMs - REPLAY_OVERLAP_MS, oldest)
  let limit = REPLAY_CHANGES
  while (!client.response.destroyed) {
    const changes = await store.changesSince(from, limit)
    const wanted = changes.filter((change) => concerns(client, change))
    await writeWhole(client, wanted.map(eventText).join(''))
    const lastAt = changes.at(-1)?.at
    if (lastAt === undefined || changes.length < limit || lastAt > startedAt) break
    // A page that is one single instant: only a larger one gets past it.
    limit = lastAt === from ? limit * 2 : REPLAY_CHANGES
    from = lastAt
  }
  const { held } = client
  client.held = null
  client.heldBytes = 0
  if (held && held.length > 0 && !client.response.writableEnded) {
    client.response.write(held.join(''))
  }
}

async function writeWhole({ response }: Client, text: string) {
  if (text === '' || response.destroyed || response.writableEnded || response.write(text)) return
  const gone = new AbortController()
  const onClose = () => gone.abort()
  response.once('close', onClose)
  try {
    await once(response, 'drain', { signal: gone.signal })
  } catch (error) {
    if (!gone.signal.aborted) throw error
  } finally {
    response.off('close', onClose)
  }
}

/** Some of what happened can't be sent any more: the client should read its lists again. */
function gapText(sinceMs: number, untilMs: number): string {
  const data = JSON.stringify({ from: isoAt(sinceMs), to: isoAt(untilMs) })
  return `event: stream.gap\ndata: ${data}\n\n`
}

export function eventText(change: Change): string {
  return `id: ${change.at}\nevent: ${change.type}\ndata: ${JSON.stringify(changeData(change))}\n\n`
}

/** Field by field: what a store adds to a change one day isn't published by accident. */
function changeData(change: Change): Record<string, unknown> {
  const common = { at: isoAt(change.at), chatbotId: change.chatbotId }
  switch (change.type) {
    case 'delivery.updated': {
      const { id, eventId, webhookId, eventType, state } = change.delivery
      const { attemptCount, lastStatus, lastError } = change.delivery
      return {
        ...common,
        delivery: { id, eventId, webhookId, eventType, state, attemptCount, lastStatus, lastError },
      }
    }
    case 'lead.created':
      return { ...common, leadId: change.leadId, eventId: change.eventId }
    case 'webhook.updated':
      return { ...common, webhookId: change.webhookId, aspect: change.aspect }
  }
}
