/**
 * Outbox: a lead on its way. What can't be sent now is kept in this browser and sent when the network
 * is back, in this page or a later one, under the same idempotency key: it arrives once. It is
 * removed as soon as it has arrived, or when it is a day old.
 */
import type { Client, Lead, Sent } from './client.ts'

export interface Outbox {
  /** Resolves with how it ended, however long that takes; `onLater` is told when it must wait. */
  send(lead: Lead, onLater: () => void): Promise<Exclude<Sent, { kind: 'later' }>>
}

interface Kept {
  key: string
  lead: Lead
  at: number
}

/** As long as a conversation's token is good. */
const KEPT_MS_MAX = 24 * 3_600_000
const WAIT_MS_MAX = 5 * 60_000
const TOLD_FROM_MS = 3_000

export function createOutbox(client: Client, chatbotId: string): Outbox {
  const place = `chatzuri:${chatbotId}`
  const left = readKept(place)
  // From an earlier page: nobody waits for its end, and nobody is asked again.
  if (left) void deliver(left, () => {})

  async function deliver(kept: Kept, onLater: () => void) {
    let told = false
    for (let tries = 0; ; tries++) {
      const sent = await client.send(kept.lead, kept.key)
      if (sent.kind !== 'later' || Date.now() - kept.at > KEPT_MS_MAX) {
        forget(place, kept.key)
        return sent.kind === 'later' ? { kind: 'stale' as const } : sent
      }
      // A form that was filled in too soon waits a second or two: nothing to speak of.
      if (!told && sent.afterMs > TOLD_FROM_MS) {
        told = true
        onLater()
      }
      await pause(Math.min(WAIT_MS_MAX, sent.afterMs * 2 ** Math.min(tries, 10)))
    }
  }

  return {
    send(lead, onLater) {
      const kept = { key: newKey(), lead, at: Date.now() }
      keep(place, kept)
      return deliver(kept, onLater)
    },
  }
}

/** `crypto.randomUUID` is missing on pages without https. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}

/** Until the time is over, or the network says that it is back. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      removeEventListener('online', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    addEventListener('online', end)
  })
}

// A page may have no storage: then a lead waits only as long as the page is open.

function keep(place: string, kept: Kept): void {
  try {
    localStorage.setItem(place, JSON.stringify(kept))
  } catch {}
}

/** A later lead may have taken its place. */
function forget(place: string, key: string): void {
  try {
    if (readKept(place)?.key === key) localStorage.removeItem(place)
  } catch {}
}

function readKept(place: string): Kept | null {
  try {
    const kept: Kept | null = JSON.parse(localStorage.getItem(place) ?? 'null')
    if (kept && Date.now() - kept.at < KEPT_MS_MAX) return kept
    localStorage.removeItem(place)
  } catch {}
  return null
}
