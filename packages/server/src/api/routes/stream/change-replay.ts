/**
 * Sends a client of the stream what it missed, read from the store page by page, as fast as it reads.
 * Fifty streams of one chatbot that come back after a batch to fifty webhooks are a million changes:
 * so pages are small, few are made at once, chatbot by chatbot, and the loop turns before each.
 *
 * Never: makes a page before the one before it was taken, or holds a turn while somebody reads.
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Clock } from '../../../clock.ts'
import type { Desk } from '../../../store/desk.ts'
import type { Change, ChangePlace } from '../../../store/road.ts'
import { LoopTurns } from '../../server/answers/loop-turns.ts'
import { SlotTurns } from '../../server/answers/slot-turns.ts'
import { changeText, gapText } from './change-text.ts'

export const RESUME_MS_MAX = 3_600_000
/** Some 300 bytes each. */
export const REPLAY_CHANGES = 500
/** Pages that are being read. */
export const REPLAY_SLOTS = { perChatbotMax: 1, max: 4 } as const
/** Changes that committed side by side may carry instants in another order; a repeat does no harm. */
const REPLAY_OVERLAP_MS = 5_000
/** How far a reader has come is seen in pieces. */
const PIECE_CHARS = 16 * 1024

export interface Replayed {
  response: ServerResponse
  caller: string | null
  wants(change: Change): boolean
  /** Null: the client is up to date, and is told at once. */
  past: Past | null
}

/** What happened while the past was read. */
export interface Past {
  held: string[]
  heldBytes: number
  /** It was too much to be held. */
  isIncomplete: boolean
}

interface ReplayDeps {
  store: Pick<Desk, 'changesSince'>
  clock: Clock
}

export function isOpen({ response }: Pick<Replayed, 'response'>): boolean {
  return !response.destroyed && !response.writableEnded
}

/** The returned function resolves when the client is up to date, or gone. */
export function createReplay({ store, clock }: ReplayDeps) {
  const slots = new SlotTurns(REPLAY_SLOTS)
  const loop = new LoopTurns()

  /** Null: it is gone. */
  async function readPage(client: Replayed, place: () => number | ChangePlace) {
    const owner = client.caller ?? ''
    if (!(await enter(slots, owner, client))) return null
    try {
      await loop.next()
      return isOpen(client) ? await store.changesSince(place(), REPLAY_CHANGES) : null
    } finally {
      slots.release(owner)
    }
  }

  /** What happens from the first page on is held, so that is where the past ends. */
  async function sendPast(client: Replayed, sinceMs: number): Promise<number> {
    let startedAt = clock.now()
    let place: number | ChangePlace | null = null
    const begin = () => {
      startedAt = clock.now()
      client.past = { held: [], heldBytes: 0, isIncomplete: false }
      return Math.max(sinceMs - REPLAY_OVERLAP_MS, startedAt - RESUME_MS_MAX)
    }
    do {
      const from: number | ChangePlace | null = place
      const page = await readPage(client, () => from ?? begin())
      if (page === null) return startedAt
      const oldest = startedAt - RESUME_MS_MAX
      if (from === null && sinceMs < oldest) await write(client, gapText(sinceMs, oldest))
      const texts = page.changes.filter(client.wants).map(changeText)
      for (const piece of inPieces(texts)) await write(client, piece)
      place = page.next
    } while (place !== null && place.at <= startedAt + REPLAY_OVERLAP_MS)
    return startedAt
  }

  return async (client: Replayed, sinceMs: number): Promise<void> => {
    let from = sinceMs
    do {
      from = await sendPast(client, from)
      await sendHeld(client)
    } while (isOpen(client) && client.past)
  }
}

/** Leaves nothing held, in the very turn of the loop in which the client is up to date. */
async function sendHeld(client: Replayed) {
  for (;;) {
    const { past } = client
    if (!past || past.isIncomplete || !isOpen(client)) return
    const texts = past.held.splice(0)
    past.heldBytes = 0
    if (texts.length === 0) {
      client.past = null
      return
    }
    for (const piece of inPieces(texts)) await write(client, piece)
  }
}

/** False: it went while it waited. */
function enter(slots: SlotTurns, owner: string, client: Replayed): Promise<boolean> {
  if (!isOpen(client)) return Promise.resolve(false)
  if (slots.take(owner)) return Promise.resolve(true)
  return new Promise((resolve) => {
    const onClose = () => {
      leave()
      resolve(false)
    }
    const leave = slots.wait(owner, () => {
      client.response.off('close', onClose)
      resolve(true)
    })
    client.response.once('close', onClose)
  })
}

function* inPieces(texts: string[]): Generator<string> {
  let piece = ''
  for (const text of texts) {
    piece += text
    if (piece.length < PIECE_CHARS) continue
    yield piece
    piece = ''
  }
  yield piece
}

/** Resolves when there is room for more, or the client is gone; one that takes nothing is cut by the feed. */
async function write(client: Replayed, text: string) {
  const { response } = client
  if (text === '' || !isOpen(client) || response.write(text)) return
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
