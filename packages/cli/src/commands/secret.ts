import { isValidSecret } from '@chatzuri/webhooks/signature'

/** Null: it may be a webhook's secret; else one sentence why not. */
export function faultOfSecret(secret: string | undefined): string | null {
  if (secret === undefined || secret === '') return 'it is not set.'
  return isValidSecret(secret)
}
