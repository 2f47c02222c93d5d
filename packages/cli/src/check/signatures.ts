/**
 * The signatures that an endpoint is offered: the right ones, and one for each wrong way in which
 * receivers in the wild have been seen to make theirs. Which one it takes names its mistake.
 */
import { createHash, createHmac } from 'node:crypto'
import {
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
}

/** A wrong way of signing: what it would put into one header, and what to say about it. */
export interface WrongSignature {
  header: string
  value: string
  /** Continues 'It …'. */
  does: string
  mend: string
}

export function guideSignature({ body }: Signed, secret: string): string {
  return createHmac('sha1', guideKey(secret)).update(body).digest('hex')
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
  for (const { does, mend, content } of bodies)
    yield { header, value: sha1(key, content), does, mend }
  for (const { does, mend, key: keyOf } of KEY_WAYS) {
    yield { header, value: sha1(keyOf(secret), signed.body), does, mend }
  }
  for (const { does, mend, sign } of SIGNED_WAYS) {
    yield { header, value: sign({ ...signed, key, secret, url: null }), does, mend }
  }
  yield {
    header,
    value: `sha1=${right}`,
    does: 'expects the prefix "sha1=" before the signature.',
    mend: 'Compare with the 40 hex digits alone: our header has no prefix.',
  }
  // Two mistakes at once: seen often enough together to be worth a request each.
  for (const { does, mend, content } of bodies) {
    const value = createHmac('sha256', key).update(content).digest('hex')
    yield {
      header,
      value,
      does: `signs with SHA-256, and ${does}`,
      mend: `Sign with SHA-1. ${mend}`,
    }
  }
}

function* rareWays(signed: Signed, secret: string, url: URL | null): Generator<WrongSignature> {
  const header = GUIDE_SIGNATURE_HEADER
  const key = guideKey(secret)
  for (const { does, mend, content } of RARE_BODY_WAYS)
    yield { header, value: sha1(key, content(signed.body)), does, mend }
  for (const { does, mend, key: keyOf } of RARE_KEY_WAYS)
    yield { header, value: sha1(keyOf(secret), signed.body), does, mend }
  for (const { does, mend, sign } of RARE_SIGNED_WAYS)
    yield { header, value: sign({ ...signed, key, secret, url }), does, mend }
  const modern = { ...signed, key: modernKey(secret), secret, url }
  for (const { does, mend, sign } of RARE_MODERN_WAYS)
    yield { header: MODERN_SIGNATURE_HEADER, value: sign(modern), does, mend }
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

function sha1(key: Uint8Array | string, content: string): string {
  return createHmac('sha1', key).update(content).digest('hex')
}

/** Another secret's, of the right shape. */
export function strangersSecret(secret: string): string {
  const digest = createHash('sha256').update(`not ${secret}`).digest().subarray(0, 24)
  return `whsec_${digest.toString('base64')}`
}
