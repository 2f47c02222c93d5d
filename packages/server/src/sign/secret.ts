import { isValidSecret } from '@chatzuri/webhooks/signature'
import type { Random } from '../random.ts'

/**
 * A fresh secret: `whsec_` and 24 random bytes in base64, drawn again until they have no `+` or `/`,
 * so that it is safe in a `.env` file and valid for Standard Webhooks (wire-format, Secret).
 */
export function generateSecret(random: Random): string {
  for (;;) {
    const text = random.bytes(24).toString('base64')
    if (!/[+/]/.test(text)) return `whsec_${text}`
  }
}

/** One sentence that says why an owner's own secret can't be used, or null. */
export function checkSecret(secret: string): string | null {
  return isValidSecret(secret)
}
