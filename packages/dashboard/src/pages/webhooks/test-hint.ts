import type { WebhookTestResult } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'

const { hints } = texts.webhooks.test

/** What to look at first, where an endpoint that doesn't take it yet mostly has the same cause. */
export function testHint({
  status,
  errorCode,
}: Pick<WebhookTestResult, 'status' | 'errorCode'>): string | null {
  if (status === null) {
    if (errorCode === 'connect') return hints.connect
    return errorCode === 'dns' ? hints.dns : null
  }
  if (status >= 500) return hints.broken
  if (status >= 300 && status < 400) return hints.redirect
  switch (status) {
    case 400:
    case 401:
    case 403:
      return hints.rejected
    case 404:
      return hints.missing
    case 405:
      return hints.method
    default:
      return null
  }
}
