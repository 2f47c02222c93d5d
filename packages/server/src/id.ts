/**
 * Ids are TypeIDs: a prefix that names the noun and a UUIDv7 in 26 lower-case base32 characters
 * (https://github.com/jetify-com/typeid, RFC 9562 section 5.7). They sort by creation time, so
 * "newest first" is "by id", and the tables need no index on a time.
 */
import type { Clock } from './clock.ts'
import { assert } from './errors.ts'
import type { Random } from './random.ts'

export const ID_PREFIXES = {
  chatbot: 'bot',
  conversation: 'conv',
  lead: 'lead',
  event: 'evt',
  webhook: 'wh',
  delivery: 'dlv',
  attempt: 'att',
  recovery: 'rcv',
  erasure: 'ers',
  key: 'key',
  session: 'ses',
  link: 'link',
  audit: 'aud',
  node: 'node',
  listener: 'lsn',
} as const
export type IdKind = keyof typeof ID_PREFIXES

export interface Ids {
  /** Of an event; its lead's and its deliveries' are made of it (`leadIdOf`, `deliveryIdOf`). */
  next(kind: IdKind): string
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** Ids from one generator rise strictly, also within a millisecond and when the clock steps back. */
export function createIds(clock: Clock, random: Random): Ids {
  let lastMs = 0
  let counter = 0
  let tail: Buffer = Buffer.alloc(8)
  let tailUses = 0
  const spelling = new Spelling()
  return {
    next(kind) {
      const nowMs = clock.now()
      if (nowMs > lastMs) {
        lastMs = nowMs
        counter = random.bytes(2).readUInt16BE() & 0x7ff
      } else if (++counter > 0xfff) {
        lastMs += 1
        counter = 0
      }
      // A fresh draw for each id would cost a call into the kernel's generator for 8 bytes.
      if (tailUses === 0) tail = random.bytes(8 * 64)
      const high = tail.readUInt32BE(tailUses * 8)
      const low = tail.readUInt32BE(tailUses * 8 + 4)
      tailUses = (tailUses + 1) % 64
      // Version 7 and the variant, as RFC 9562 has them.
      spelling.useTime(lastMs)
      spelling.useRest(
        0x7000 | counter,
        0x8000_0000 | (high & 0x3fff_ffff),
        kind === 'event' ? low & ~ORDINAL_MAX : low,
      )
      return spelling.of(ID_PREFIXES[kind])
    },
  }
}

/**
 * An event, its lead and its deliveries share their ids but for the prefix and the last characters: 15
 * bits that are 0 in an event's and its lead's, and its deliveries' ordinals. So one leads to the other
 * without a column or an index (docs/decisions/0044-hot-and-cold.md).
 */
const ORDINAL_LENGTH = 3
const FIRST_ORDINAL = '000'
export const ORDINAL_MAX = 32 ** ORDINAL_LENGTH - 1

/** Of an event's deliveries, counted from 1. */
export function deliveryIdOf(eventId: string, ordinal: number): string {
  assert(ordinal >= 1 && ordinal <= ORDINAL_MAX, `an event has at most ${ORDINAL_MAX} deliveries`)
  const [high, middle, low] = [ordinal >> 10, (ordinal >> 5) & 31, ordinal & 31]
  return `${ID_PREFIXES.delivery}${sharedPart(eventId)}${ALPHABET[high]}${ALPHABET[middle]}${ALPHABET[low]}`
}

/** Of a delivery's id: which of its event's it is. */
export function ordinalOf(deliveryId: string): number {
  let ordinal = 0
  for (const character of deliveryId.slice(-ORDINAL_LENGTH)) {
    ordinal = ordinal * 32 + ALPHABET.indexOf(character)
  }
  return ordinal
}

/** Of a delivery's id or a lead's. */
export function eventIdOf(id: string): string {
  return ID_PREFIXES.event + sharedPart(id) + FIRST_ORDINAL
}

/** Of what is no event's id, the text itself, which no lead has. */
export function leadIdOf(eventId: string): string {
  return isOfEvent(eventId) ? ID_PREFIXES.lead + sharedPart(eventId) + FIRST_ORDINAL : eventId
}

/**
 * Between `first`, which is none, and `last` are the ids of all deliveries of an event. Of what is no
 * event's id, such as one that somebody types into a search, there are none.
 */
export function deliveryRangeOf(eventId: string): { first: string; last: string } {
  if (!isOfEvent(eventId)) return { first: eventId, last: eventId }
  const shared = ID_PREFIXES.delivery + sharedPart(eventId)
  return { first: shared + FIRST_ORDINAL, last: `${shared}zzz` }
}

/** What is shorter would share its part with others; what ends otherwise is next to one. */
function isOfEvent(text: string): boolean {
  const { length } = ID_PREFIXES.event
  return text.length === length + 27 && text[length] === '_' && text.endsWith(FIRST_ORDINAL)
}

/** With the `_` before it. */
function sharedPart(id: string): string {
  return id.slice(id.lastIndexOf('_'), -ORDINAL_LENGTH)
}

/** There is room for the longest prefix and its `_`. */
const TEXT_AT = 1 + Math.max(...Object.values(ID_PREFIXES).map(({ length }) => length))
const TIME_LENGTH = 10

/** One piece of memory in which an id is spelled; of those of one millisecond the time stays. */
class Spelling {
  readonly #bytes = Buffer.alloc(TEXT_AT + 26)
  #timeMs = -1

  /** 48 bits, in the first ten characters: what is before them are the two zeros of base32. */
  useTime(ms: number): void {
    if (ms === this.#timeMs) return
    this.#timeMs = ms
    let left = ms
    for (let at = TEXT_AT + TIME_LENGTH - 1; at >= TEXT_AT; at--) {
      this.#bytes[at] = ALPHABET.charCodeAt(left % 32)
      left = Math.floor(left / 32)
    }
  }

  /** 16 and twice 32 bits, in the sixteen behind them. */
  useRest(first: number, high: number, low: number): void {
    this.#put(10, first >>> 6)
    this.#put(12, ((first & 63) << 4) | (high >>> 28))
    this.#put(14, (high >>> 18) & 1023)
    this.#put(16, (high >>> 8) & 1023)
    this.#put(18, ((high & 255) << 2) | (low >>> 30))
    this.#put(20, (low >>> 20) & 1023)
    this.#put(22, (low >>> 10) & 1023)
    this.#put(24, low & 1023)
  }

  of(prefix: string): string {
    const bytes = this.#bytes
    const start = TEXT_AT - prefix.length - 1
    for (let at = 0; at < prefix.length; at++) bytes[start + at] = prefix.charCodeAt(at)
    bytes[TEXT_AT - 1] = UNDERSCORE
    return bytes.toString('latin1', start)
  }

  #put(at: number, tenBits: number): void {
    this.#bytes[TEXT_AT + at] = ALPHABET.charCodeAt(tenBits >>> 5)
    this.#bytes[TEXT_AT + at + 1] = ALPHABET.charCodeAt(tenBits & 31)
  }
}

const UNDERSCORE = 95

/** Whether `text` is an id of this kind, in the one spelling that we issue. */
export function isId(kind: IdKind, text: string): boolean {
  const prefix = ID_PREFIXES[kind]
  return (
    text.length === prefix.length + 27 &&
    text.startsWith(`${prefix}_`) &&
    /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text.slice(prefix.length + 1))
  )
}

/** Unix milliseconds at which the id was made. */
export function idTime(id: string): number {
  const text = id.slice(id.lastIndexOf('_') + 1)
  let value = 0n
  for (const character of text) value = value * 32n + BigInt(ALPHABET.indexOf(character))
  return Number(value >> 80n)
}

/**
 * Ids are made a moment before the row, and by other nodes' clocks: ids bound a walk with this much to
 * spare, the row's own instant decides.
 */
export const ID_SLACK_MS = 10 * 60_000

/** The lowest id of a kind at an instant: a bound for range scans over ids. */
export function idFloor(kind: IdKind, atMs: number): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(Math.max(0, Math.min(atMs, 2 ** 48 - 1)), 0, 6)
  return `${ID_PREFIXES[kind]}_${encodeBase32(bytes)}`
}

/** 128 bits in 26 characters of 5: the first one carries only 3 bits, so it is 0 to 7. */
function encodeBase32(bytes: Buffer): string {
  let text = ''
  let pending = 0
  let pendingBits = 2
  for (const byte of bytes) {
    pending = (pending << 8) | byte
    pendingBits += 8
    while (pendingBits >= 5) {
      pendingBits -= 5
      text += ALPHABET[(pending >>> pendingBits) & 31]
    }
    pending &= (1 << pendingBits) - 1
  }
  return text
}
