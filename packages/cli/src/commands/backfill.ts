/** Earlier events to a webhook that did not get them. */
import { openApi } from '../api.ts'
import type { Given } from '../command.ts'
import { type ExitCode, usageError } from '../command-error.ts'
import { doMany } from '../follow-bulk.ts'
import { parseTime } from '../times.ts'

export const BACKFILL_OPTIONS = ['since', 'until', 'event-type', 'dry-run'] as const

/** `webhooks backfill wh_… --since 7d`. */
export async function backfill(given: Given, id: string): Promise<ExitCode> {
  const since = given.text('since')
  if (since === undefined)
    throw usageError('webhooks backfill needs a time: webhooks backfill wh_… --since 7d.')
  const until = given.text('until')
  const eventTypes = given.texts('event-type').flatMap((text) => text.split(','))
  const body = {
    since: parseTime(since, '--since'),
    ...(until === undefined ? {} : { until: parseTime(until, '--until') }),
    ...(eventTypes.length === 0 ? {} : { eventTypes }),
  }
  return doMany(openApi(given.env), given, {
    kind: 'backfill',
    path: `/api/v1/webhooks/${encodeURIComponent(id)}/backfill`,
    body,
    question: (count) => `Send ${count} earlier events to ${id}`,
    counted: (count) => `${count} earlier events did not go to ${id}.`,
  })
}
