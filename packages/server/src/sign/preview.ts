/** A delivery's request as it is sent, for people to look at: the owner's own values are masked. */
import type { DeliveryDetail } from '../store/desk.ts'
import { maskedUrl } from '../webhook.ts'
import type { Sign } from './sign.ts'

interface RequestPreview {
  method: 'POST'
  url: string
  headers: Record<string, string>
  body: string
}

/**
 * By the webhook's present settings, at the time of the last attempt. Null when the payload was
 * erased or the webhook deleted: there is nothing left that could be sent.
 */
export function previewRequest(
  { delivery, attempts, payload, erased, webhook }: DeliveryDetail,
  sign: Sign,
  nowMs: number,
): RequestPreview | null {
  if (erased || webhook === null) return null
  const request = sign({ ...delivery, payload }, webhook, attempts.at(-1)?.startedAt ?? nowMs)
  const own = new Set(['authorization', ...Object.keys(webhook.headers).map(lowerCase)])
  const headers = request.headers.map(([name, value]) => [name, own.has(name) ? '***' : value])
  return {
    method: 'POST',
    url: maskedUrl(webhook.url),
    headers: Object.fromEntries(headers),
    body: request.body.toString(),
  }
}

function lowerCase(text: string): string {
  return text.toLowerCase()
}
