import type { Delivery } from '../api/schema.ts'
import { texts } from '../texts/texts.ts'
import { formatCountdown } from './format.ts'

/** What an owner calls it; the API's states are fewer. */
export type DeliveryWord = keyof typeof texts.states.delivery

interface DeliveryWords {
  word: DeliveryWord
  label: string
  tone: 'good' | 'bad' | 'warn' | 'accent' | 'plain'
  icon: 'check' | 'cross' | 'refresh' | 'clock' | 'send' | 'parked' | 'ban' | 'warning'
  /** How far it has come and what is next; it goes on with the time. Null: nothing is next. */
  detail: string | null
}

type Worded = Pick<
  Delivery,
  | 'state'
  | 'isUnderWay'
  | 'attemptCount'
  | 'attemptsCharged'
  | 'attemptsMax'
  | 'nextAttemptAt'
  | 'webhook'
  | 'lastNote'
>

const LOOKS: Record<DeliveryWord, Pick<DeliveryWords, 'tone' | 'icon'>> = {
  waiting: { tone: 'accent', icon: 'clock' },
  sending: { tone: 'accent', icon: 'send' },
  retrying: { tone: 'warn', icon: 'refresh' },
  held: { tone: 'warn', icon: 'parked' },
  delivered: { tone: 'good', icon: 'check' },
  failed: { tone: 'bad', icon: 'cross' },
  cancelled: { tone: 'plain', icon: 'ban' },
}

/** It counts as delivered, and is no reason for green. */
const DOUBTED = { tone: 'warn', icon: 'warning' } as const

/** The one place where a delivery's state becomes a word. */
export function deliveryWords(delivery: Worded, nowMs: number): DeliveryWords {
  const word = wordOf(delivery)
  const look = lookOf(word, isDoubtful(delivery.lastNote))
  return { word, ...look, detail: detailOf(word, delivery, nowMs) }
}

/** Also where only the word is known: of several deliveries of one lead. */
export function lookOf(word: DeliveryWord, isDoubted: boolean) {
  const look = word === 'delivered' && isDoubted ? DOUBTED : LOOKS[word]
  return { ...look, label: texts.states.delivery[word] }
}

/** Taken, but its answer seems to be nobody's who takes events. */
export function isDoubtful(note: Delivery['lastNote']): note is 'web_page' | 'body_says_failed' {
  return note === 'web_page' || note === 'body_says_failed'
}

function wordOf(delivery: Worded): DeliveryWord {
  const { state, isUnderWay, attemptCount } = delivery
  if (state === 'exhausted') return 'failed'
  if (state === 'parked') return 'held'
  if (state !== 'pending') return state
  if (isHeldByRest(delivery)) return 'held'
  if (attemptCount > 0) return 'retrying'
  return isUnderWay ? 'sending' : 'waiting'
}

/** Its webhook rests for at least as long as it waits anyway. One in a node's hands is not held. */
export function isHeldByRest({ state, isUnderWay, nextAttemptAt, webhook }: Worded): boolean {
  if (state !== 'pending' || isUnderWay || webhook.restingUntil === null) return false
  return nextAttemptAt === null || nextAttemptAt <= webhook.restingUntil
}

function detailOf(word: DeliveryWord, delivery: Worded, nowMs: number): string | null {
  const { progress } = texts.states
  const leftMs = Date.parse(delivery.nextAttemptAt ?? '') - nowMs
  if (word === 'waiting') return leftMs > 0 ? progress.first(formatCountdown(leftMs)) : null
  if (word !== 'retrying') return null
  const { attemptsCharged, attemptsMax, isUnderWay } = delivery
  const next = leftMs > 0 && !isUnderWay ? progress.next(formatCountdown(leftMs)) : progress.now
  // What asked to be sent less, or failed by our fault, has used up none of them.
  return attemptsCharged === 0 ? next : `${progress.tried(attemptsCharged, attemptsMax)}, ${next}`
}
