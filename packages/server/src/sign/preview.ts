/** A delivery's request as it is sent, for people to look at: the owner's own values are masked. */
import type { SignedRequest, Unmade } from '../outcome.ts'
import type { DeliveryDetail } from '../store/desk.ts'
import { shownUrl, type Webhook } from '../webhook.ts'
import type { Bodied } from './body.ts'
import type { Sign, SignedFor } from './sign.ts'

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
  { delivery, attempts, payload, erased, webhook, shaped }: DeliveryDetail,
  sign: Sign,
  nowMs: number,
): RequestPreview | null {
  if (erased || webhook === null) return null
  const claim = { ...delivery, payload, ...(shaped && { shaped }) }
  const request = sign(claim, webhook, attempts.at(-1)?.startedAt ?? nowMs)
  return 'unmade' in request ? null : shownRequest(request, webhook)
}

type Shown = Pick<Webhook, 'url' | 'format' | 'headers'>

/** Without what is secret in it. */
function shownRequest(request: SignedRequest, webhook: Shown): RequestPreview {
  const own = new Set(['authorization', ...Object.keys(webhook.headers).map(lowerCase)])
  const headers = request.headers.map(([name, value]) => [name, own.has(name) ? '***' : value])
  return {
    method: 'POST',
    url: shownUrl(webhook),
    headers: Object.fromEntries(headers),
    body: request.body.toString(),
  }
}

/**
 * Signed with a secret that is nobody's, where it is not what the webhook has: else whoever may write
 * templates could have any text signed.
 */
export function previewClaim(
  sign: Sign,
  claim: Bodied,
  { webhook, isStored, nowMs }: { webhook: Webhook | null; isStored: boolean; nowMs: number },
): RequestPreview | Unmade {
  const by = webhook && isStored ? webhook : { ...(webhook ?? NOBODYS), ...NOBODYS_SECRETS }
  const request = sign(claim, by, nowMs)
  return 'unmade' in request ? request : shownRequest(request, by)
}

const NOBODYS_SECRETS = {
  secret: 'whsec_0123456789abcdef0123456789abcdef',
  previousSecret: null,
  overlapEndsAt: null,
}
const NOBODYS: Shown & SignedFor = {
  url: 'https://endpoint.example/',
  format: 'guide',
  headers: {},
  timeoutSeconds: null,
  ...NOBODYS_SECRETS,
}

function lowerCase(text: string): string {
  return text.toLowerCase()
}
