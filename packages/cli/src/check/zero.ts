/** Signatures that are well-formed, and of nothing. */
import type { Format } from '@chatzuri/webhooks'
import {
  formatEventSignature,
  GUIDE_SIGNATURE_HEADER,
  MODERN_SIGNATURE_HEADER,
} from '@chatzuri/webhooks/signature'

export const MODERN_HEADER_ZERO = { [MODERN_SIGNATURE_HEADER]: `v1,${'A'.repeat(43)}=` }

/** Both headers, as the format has them. */
export function zeroHeaders({ format }: { format: Format }): Record<string, string> {
  const guide = format === 'event' ? formatEventSignature('0'.repeat(64)) : '0'.repeat(40)
  return { [GUIDE_SIGNATURE_HEADER]: guide, ...MODERN_HEADER_ZERO }
}
