/** What a developer needs to find a cause that is not known from outside: body, and what is expected of it. */
import { GUIDE_SIGNATURE_HEADER, MODERN_SIGNATURE_HEADER } from '@chatzuri/webhooks/signature'
import type { Compare } from './finding.ts'
import type { Session } from './session.ts'
import { guideSignature, modernSignature, type Signed } from './signatures.ts'

/** No signature made with the secret tells it; its length does not, either. */
export function toCompare(signed: Signed, { secret }: Session): Compare {
  return {
    body: signed.body,
    bytes: Buffer.byteLength(signed.body),
    secretLength: secret.length,
    webhookId: signed.id,
    webhookTimestamp: String(signed.timestampSeconds),
    expected: {
      [GUIDE_SIGNATURE_HEADER]: guideSignature(signed, secret),
      [MODERN_SIGNATURE_HEADER]: modernSignature(signed, secret),
    },
  }
}
