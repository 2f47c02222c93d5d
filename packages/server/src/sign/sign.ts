/**
 * Sign: makes the request of one attempt. The body is a pure function of what was accepted, so every
 * attempt sends the same bytes; URL, headers, secret and timeout are the webhook's of this moment.
 * Formats come from the receiver package: one implementation on both sides.
 */
import {
  formatEventSignature,
  formatModernSignatures,
  GUIDE_SIGNATURE_HEADER,
  guideKey,
  ID_HEADER,
  MODERN_SIGNATURE_HEADER,
  modernContent,
  modernKey,
  TIMESTAMP_HEADER,
} from '@chatzuri/webhooks/signature'
import type { SignedRequest, Unmade } from '../outcome.ts'
import { liveSecrets, type Webhook } from '../webhook.ts'
import { type Bodied, type Body, makeBody } from './body.ts'
import { type HmacKey, hmac, hmacKey } from './hmac.ts'

interface SignOptions {
  /** For the user-agent. */
  version: string
  /** For webhooks without one of their own. */
  timeoutMs: number
}

/** What of a webhook makes a request. */
export type SignedFor = Pick<
  Webhook,
  'url' | 'headers' | 'timeoutSeconds' | 'secret' | 'previousSecret' | 'overlapEndsAt'
>
export type Sign = (claim: Bodied, webhook: SignedFor, nowMs: number) => SignedRequest | Unmade

export function createSign({ version, timeoutMs }: SignOptions): Sign {
  const keys = new KeyCache()
  const settings = new WeakMap<SignedFor, Constant>()

  function constantOf(webhook: SignedFor): Constant {
    let constant = settings.get(webhook)
    if (!constant) {
      constant = {
        before: [
          ['user-agent', `Chatzuri-Webhooks/${version}`],
          ['accept', 'application/json'],
          // Without it any coding would be allowed (RFC 9110, 12.5.3), and what is kept is shown.
          ['accept-encoding', 'identity'],
        ],
        own: ownHeaders(webhook),
        timeoutMs: webhook.timeoutSeconds === null ? timeoutMs : webhook.timeoutSeconds * 1000,
      }
      settings.set(webhook, constant)
    }
    return constant
  }

  return (claim, webhook, nowMs) => {
    const made = makeBody(claim)
    if ('unmade' in made) return made
    const { bytes: body, contentType } = made
    const timestamp = Math.floor(nowMs / 1000)
    const secrets = liveSecrets(webhook, nowMs)
    const before = modernContent(claim.eventId, timestamp, '')
    const signatures = secrets.modern.map((secret) =>
      hmac(keys.of(secret).modern, { before, body }, 'base64'),
    )
    const constant = constantOf(webhook)
    return {
      url: webhook.url,
      body,
      timeoutMs: constant.timeoutMs,
      headers: [
        ['content-type', contentType],
        ...constant.before,
        [GUIDE_SIGNATURE_HEADER, guideSignature(keys.of(secrets.guide), made)],
        [ID_HEADER, claim.eventId],
        [TIMESTAMP_HEADER, String(timestamp)],
        [MODERN_SIGNATURE_HEADER, formatModernSignatures(signatures)],
        ...constant.own,
      ],
    }
  }
}

/** `event` has it by HMAC-SHA256, and says so (formats.md). */
function guideSignature({ guide, event }: Keys, { bytes: body, signature }: Body): string {
  if (signature === 'sha1') return hmac(guide, { before: '', body }, 'hex')
  return formatEventSignature(hmac(event(), { before: '', body }, 'hex'))
}

/** What every request of a webhook has, as long as its settings are these. */
interface Constant {
  before: [string, string][]
  own: [string, string][]
  timeoutMs: number
}

interface Keys {
  guide: HmacKey
  /** Few ask for it. */
  event(): HmacKey
  modern: HmacKey
}

/** Making a key costs several times what signing with it does, so those of the secrets in use are kept. */
class KeyCache {
  readonly #keys = new Map<string, Keys>()

  of(secret: string): Keys {
    let keys = this.#keys.get(secret)
    if (!keys) {
      const guide = hmacKey('sha1', guideKey(secret))
      let ofEvent: HmacKey | undefined
      const event = () => {
        ofEvent ??= hmacKey('sha256', guideKey(secret))
        return ofEvent
      }
      keys = { guide, event, modern: hmacKey('sha256', modernKey(secret)) }
      if (this.#keys.size >= KEYS_MAX) this.#keys.clear()
      this.#keys.set(secret, keys)
    }
    return keys
  }
}

const KEYS_MAX = 10_000

/** The owner's own headers; user info in the URL becomes Basic unless they set `authorization`. */
function ownHeaders(webhook: SignedFor): [string, string][] {
  const url = new URL(webhook.url)
  const headers = Object.entries(webhook.headers).map<[string, string]>(([name, value]) => [
    name.toLowerCase(),
    value,
  ])
  const hasUserInfo = url.username !== '' || url.password !== ''
  if (!hasUserInfo || headers.some(([name]) => name === 'authorization')) return headers
  const credentials = `${percentDecoded(url.username)}:${percentDecoded(url.password)}`
  return [['authorization', `Basic ${Buffer.from(credentials).toString('base64')}`], ...headers]
}

/** A stray `%` is a legal character of a URL's user info; it stays as it is. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
