import { isValidSecret } from '@chatzuri/webhooks/signature'
import type { Given } from '../command.ts'
import { usageError } from '../command-error.ts'

interface SecretPair {
  secret: string
  /** The one that it replaces, while both are live. */
  previousSecret: string | null
}

/** Of --secret or CHATZURI_SECRET, which holds two while one replaces the other: the new one, a space, the old one. */
export function secretsOf(given: Given, command: string): SecretPair {
  const text = given.text('secret') ?? given.env.CHATZURI_SECRET ?? ''
  const fault = text === '' ? 'it is not set.' : firstFault(text.split(' '))
  const [secret, previousSecret = null, more] = text.split(' ')
  if (secret !== undefined && fault === null && more === undefined) {
    return { secret, previousSecret }
  }
  throw usageError(
    `${command} needs the webhook's secret, in --secret or CHATZURI_SECRET: ${fault ?? 'these are more than two.'}`,
  )
}

function firstFault(secrets: string[]): string | null {
  return secrets.map(isValidSecret).find((fault) => fault !== null) ?? null
}
