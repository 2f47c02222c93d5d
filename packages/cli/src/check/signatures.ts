/**
 * The signatures that an endpoint is offered: the right ones, and one for each wrong way in which
 * receivers in the wild have been seen to make theirs. Which one it takes names its mistake.
 */
import { createHash, createHmac } from 'node:crypto'
import type { Format } from '@chatzuri/webhooks'
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
import { BODY_WAYS, KEY_WAYS, MODERN_KEY_WAYS, SIGNED_WAYS } from './ways/likely.ts'
import { RARE_BODY_WAYS, RARE_KEY_WAYS } from './ways/rare.ts'
import { RARE_MODERN_WAYS, RARE_SIGNED_WAYS } from './ways/rare-signed.ts'

export interface Signed {
  id: string
  timestampSeconds: number
  body: string
  /** Of the guide's header. */
  format: Format
}

/** A wrong way of signing: what it would put into one header, and what to say about it. */
export interface WrongSignature {
  header: string
  value: string
  /** Continues 'It …'. */
  does: string
  mend: string
}

export function guideSignature({ body, format }: Signed, secret: string): string {
  return guideDigest(format, guideKey(secret), body)
}

/** As the format spells it: `event` by SHA-256, and says so. */
export function guideDigest(format: Format, key: Uint8Array | string, content: string): string {
  return format === 'event'
    ? formatEventSignature(hex('sha256', key, content))
    : hex('sha1', key, content)
}

function hex(hash: 'sha1' | 'sha256', key: Uint8Array | string, content: string): string {
  return createHmac(hash, key).update(content).digest('hex')
}

export function modernSignature({ id, timestampSeconds, body }: Signed, secret: string): string {
  const content = modernContent(id, timestampSeconds, body)
  const digest = createHmac('sha256', modernKey(secret)).update(content).digest('base64')
  return formatModernSignatures([digest])
}

/** As the server sends them; with a previous secret, as it does while that one is being replaced. */
export function signedHeaders(
  signed: Signed,
  secret: string,
  previousSecret: string | null = null,
): Record<string, string> {
  const live = previousSecret === null ? [secret] : [secret, previousSecret]
  return {
    [GUIDE_SIGNATURE_HEADER]: guideSignature(signed, previousSecret ?? secret),
    [ID_HEADER]: signed.id,
    [TIMESTAMP_HEADER]: String(signed.timestampSeconds),
    [MODERN_SIGNATURE_HEADER]: live.map((each) => modernSignature(signed, each)).join(' '),
  }
}

/** Each different from the right one and from each other, likely ones first. */
export function wrongSignatures(
  signed: Signed,
  secret: string,
  url: URL | null = null,
): WrongSignature[] {
  const right = guideSignature(signed, secret)
  const seen = new Set([right, modernSignature(signed, secret)])
  const ways = [
    ...guideWays(signed, secret, right),
    ...modernWays(signed, secret),
    ...rareWays(signed, secret, url),
  ]
  return ways.filter(({ value }) => !seen.has(value) && seen.add(value))
}

function* guideWays(signed: Signed, secret: string, right: string): Generator<WrongSignature> {
  const header = GUIDE_SIGNATURE_HEADER
  const key = guideKey(secret)
  const bodies = BODY_WAYS.map((way) => ({ ...way, content: way.content(signed.body) }))
  const sign = (own: Uint8Array | string, content: string) =>
    guideDigest(signed.format, own, content)
  yield* otherFormat(signed, key)
  for (const { does, mend, content } of bodies)
    yield { header, value: sign(key, content), does, mend }
  for (const { does, mend, key: keyOf } of KEY_WAYS) {
    yield { header, value: sign(keyOf(secret), signed.body), does, mend }
  }
  for (const { does, mend, sign: signAll } of SIGNED_WAYS) {
    yield { header, value: signAll({ ...signed, key, secret, url: null }), does, mend }
  }
  yield {
    header,
    value: `sha1=${right}`,
    does: 'expects the prefix "sha1=" before the signature.',
    mend:
      signed.format === 'event'
        ? 'Compare with all of the header: "sha256=" and 64 hex digits.'
        : 'Compare with the 40 hex digits alone: our header has no prefix.',
  }
  // Of the format event it is said above, where it is one mistake.
  if (signed.format === 'event') return
  // Two mistakes at once: seen often enough together to be worth a request each.
  for (const { does, mend, content } of bodies) {
    yield {
      header,
      value: hex('sha256', key, content),
      does: `signs with SHA-256, and ${does}`,
      mend: `Sign with SHA-1. ${mend}`,
    }
  }
}

/** What it would take of a webhook with another format. */
function* otherFormat({ body, format }: Signed, key: Uint8Array): Generator<WrongSignature> {
  const header = GUIDE_SIGNATURE_HEADER
  const digest = hex('sha256', key, body)
  if (format !== 'event') {
    yield {
      header,
      value: formatEventSignature(digest),
      does: 'takes x-chatzuri-signature as the format event has it, "sha256=" and HMAC-SHA256.',
      mend: `A webhook of the format ${format} has 40 hex digits of HMAC-SHA1 there. Check webhook-signature, which is the same in every format; or give the webhook the format event, and check with --format event.`,
    }
    return
  }
  yield {
    header,
    value: hex('sha1', key, body),
    does: 'takes x-chatzuri-signature as the formats guide and agent have it, 40 hex digits of HMAC-SHA1.',
    mend: 'A webhook of the format event has "sha256=" and 64 hex digits of HMAC-SHA256 there. Check webhook-signature, which is the same in every format; or give the webhook another format.',
  }
  yield {
    header,
    value: digest,
    does: 'expects the 64 hex digits without "sha256=" before them.',
    mend: 'Compare with all of the header: "sha256=" and the digits.',
  }
}

function* rareWays(signed: Signed, secret: string, url: URL | null): Generator<WrongSignature> {
  const header = GUIDE_SIGNATURE_HEADER
  const key = guideKey(secret)
  const sign = (own: Uint8Array | string, content: string) =>
    guideDigest(signed.format, own, content)
  for (const { does, mend, content } of RARE_BODY_WAYS)
    yield { header, value: sign(key, content(signed.body)), does, mend }
  for (const { does, mend, key: keyOf } of RARE_KEY_WAYS)
    yield { header, value: sign(keyOf(secret), signed.body), does, mend }
  for (const { does, mend, sign: signAll } of RARE_SIGNED_WAYS)
    yield { header, value: signAll({ ...signed, key, secret, url }), does, mend }
  const modern = { ...signed, key: modernKey(secret), secret, url }
  for (const { does, mend, sign: signAll } of RARE_MODERN_WAYS)
    yield { header: MODERN_SIGNATURE_HEADER, value: signAll(modern), does, mend }
}

function* modernWays(signed: Signed, secret: string): Generator<WrongSignature> {
  const header = MODERN_SIGNATURE_HEADER
  const { id, timestampSeconds, body } = signed
  const content = modernContent(id, timestampSeconds, body)
  const key = modernKey(secret)
  const digest = (own: Uint8Array | string, text: string) =>
    createHmac('sha256', own).update(text).digest('base64')
  for (const { does, mend, key: keyOf } of MODERN_KEY_WAYS) {
    yield { header, value: formatModernSignatures([digest(keyOf(secret), content)]), does, mend }
  }
  yield {
    header,
    value: formatModernSignatures([digest(key, body)]),
    does: 'leaves id and timestamp out of what webhook-signature signs.',
    mend: 'Sign "{webhook-id}.{webhook-timestamp}.{body}".',
  }
  yield {
    header,
    value: digest(key, content),
    does: 'compares all of webhook-signature with the base64 of the digest.',
    mend: 'Split the header at its spaces, and compare each with "v1," and the base64.',
  }
  yield {
    header,
    value: `v1,${createHmac('sha256', key).update(content).digest('hex')}`,
    does: 'writes webhook-signature in hex instead of base64.',
    mend: 'Write the digest in base64, padded, behind "v1,".',
  }
  for (const { does, mend, content: contentOf } of BODY_WAYS) {
    const text = modernContent(id, timestampSeconds, contentOf(body))
    yield { header, value: formatModernSignatures([digest(key, text)]), does, mend }
  }
}

/** Another secret's, of the right shape. */
export function strangersSecret(secret: string): string {
  const digest = createHash('sha256').update(`not ${secret}`).digest().subarray(0, 24)
  return `whsec_${digest.toString('base64')}`
}
