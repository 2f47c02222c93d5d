import type { Format } from '@chatzuri/webhooks'
import { FORMATS } from '../check/events.ts'
import type { Given } from '../command.ts'
import { usageError } from '../command-error.ts'

/** The option of each command that makes a request of its own. */
export const FORMAT_OPTION = {
  type: 'string',
  value: 'guide|agent|event',
  about: "the webhook's format; default guide",
} as const

export function formatOf(given: Given): Format {
  const text = given.text('format') ?? 'guide'
  const format = FORMATS.find((each) => each === text)
  if (format === undefined) throw usageError('--format is guide, agent or event.')
  return format
}
