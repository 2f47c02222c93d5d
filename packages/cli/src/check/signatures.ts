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
import { BODY_WAYS, KEY_WAYS, SIGNED_WAYS } from './wrong-ways.ts'

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
export function wrongSignatures(signed: Signed, secret: string): WrongSignature[] {
  const right = guideSignature(signed, secret)
  const seen = new Set([right, modernSignature(signed, secret)])
  return [...guideWays(signed, secret, right), ...modernWays(signed, secret)].filter(
    ({ value }) => !seen.has(value) && seen.add(value),
  )
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
    yield { header, value: sign({ ...signed, key, secret }), does, mend }
  }
  yield {
    ...{ header, value: `sha1=${right}` },
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

function* modernWays({ id, timestampSeconds, body }: Signed, secret: string) {
  const header = MODERN_SIGNATURE_HEADER
  const content = modernContent(id, timestampSeconds, body)
  const sign = (key: Uint8Array | string, text: string) =>
    formatModernSignatures([createHmac('sha256', key).update(text).digest('base64')])
  yield {
    ...{ header, value: sign(secret, content) },
    does: 'uses the secret as text for webhook-signature.',
    mend: 'The key of webhook-signature is the base64-decoded part after "whsec_"; or check x-chatzuri-signature, whose key is the secret as it is.',
  }
  yield {
    ...{ header, value: sign(Buffer.from(secret, 'base64'), content) },
    does: 'decodes all of the secret from base64 for webhook-signature.',
    mend: 'A secret without "whsec_" is used as it is: new Webhook(secret, { format: \'raw\' }).',
  }
  yield {
    ...{ header, value: sign(modernKey(secret), body) },
    does: 'leaves id and timestamp out of what webhook-signature signs.',
    mend: 'Sign "{webhook-id}.{webhook-timestamp}.{body}".',
  }
  const parsed = modernContent(id, timestampSeconds, BODY_WAYS[0]?.content(body) ?? body)
  yield {
    ...{ header, value: sign(modernKey(secret), parsed) },
    does: "re-serialises the body as Python's json.dumps does before it checks webhook-signature.",
    mend: 'Give the library the raw bytes: request.get_data(), await request.body().',
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
