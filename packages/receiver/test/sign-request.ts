import { createHmac } from 'node:crypto'
import {
  encodeBase64,
  encodeHex,
  formatEventSignature,
  formatModernSignatures,
  GUIDE_SIGNATURE_HEADER,
  guideKey,
  ID_HEADER,
  MODERN_SIGNATURE_HEADER,
  modernContent,
  modernKey,
  TIMESTAMP_HEADER,
} from '../src/signature.ts'

/** The secret and body of the first vector in the wire format. */
export const SECRET = 'whsec0000000000000000000000000001'
export const LEAD_BODY =
  '{"eventType":"lead.submit","chatbotId":"bot_1","payload":{"conversationId":"c1","customerEmail":"a@b.co","customerName":"Ann","customerPhone":"+254700000000"}}'
export const OTHER_BODY = '{"eventType":"order.paid","chatbotId":"bot_1","payload":{"total":9.5}}'
/** A secret as the server draws them. */
export const GENERATED_SECRET = 'whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY'

export function guideHeaders(body: string | Uint8Array, secret = SECRET): Record<string, string> {
  const digest = createHmac('sha1', guideKey(secret)).update(body).digest()
  return { [GUIDE_SIGNATURE_HEADER]: encodeHex(digest) }
}

/** The guide's header as the format `event` has it. */
export function eventHeaders(body: string | Uint8Array, secret = SECRET): Record<string, string> {
  const digest = createHmac('sha256', guideKey(secret)).update(body).digest()
  return { [GUIDE_SIGNATURE_HEADER]: formatEventSignature(encodeHex(digest)) }
}

export function modernHeaders(
  body: string,
  {
    secrets = [SECRET],
    id = 'evt_1',
    timestampSeconds = Math.floor(Date.now() / 1000),
  }: { secrets?: string[]; id?: string; timestampSeconds?: number } = {},
): Record<string, string> {
  const content = modernContent(id, timestampSeconds, body)
  const signatures = secrets.map((secret) =>
    encodeBase64(createHmac('sha256', modernKey(secret)).update(content).digest()),
  )
  return {
    [ID_HEADER]: id,
    [TIMESTAMP_HEADER]: String(timestampSeconds),
    [MODERN_SIGNATURE_HEADER]: formatModernSignatures(signatures),
  }
}

/** Both headers, as the server sends them; of the format `event`, whose first key is its name. */
export function signedHeaders(body: string, secret = SECRET): Record<string, string> {
  const older = body.startsWith('{"event":')
    ? eventHeaders(body, secret)
    : guideHeaders(body, secret)
  return { ...older, ...modernHeaders(body, { secrets: [secret] }) }
}
