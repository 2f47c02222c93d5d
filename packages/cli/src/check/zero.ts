/** Signatures that are well-formed, and of nothing. */
import { GUIDE_SIGNATURE_HEADER, MODERN_SIGNATURE_HEADER } from '@chatzuri/webhooks/signature'

export const GUIDE_HEADER_ZERO = { [GUIDE_SIGNATURE_HEADER]: '0'.repeat(40) }
export const MODERN_HEADER_ZERO = { [MODERN_SIGNATURE_HEADER]: `v1,${'A'.repeat(43)}=` }
