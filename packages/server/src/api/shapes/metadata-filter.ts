/** What a list of webhooks is narrowed by: texts of their `metadata`, by name, all of which must match. */
import { z } from 'zod'
import type { KeyedParts } from './keyed-query.ts'
import { givenSettings, METADATA_DOCUMENT } from './webhook-settings.ts'

/** Its parts are gathered before (keyed-query.ts). Sorted: a cursor holds for any order of them. */
export const metadataFilter = z
  .unknown()
  .transform((given, context) => {
    if (!Array.isArray(given)) {
      context.addIssue({
        code: 'custom',
        message: 'is asked for by name: `metadata.env=production`',
      })
      return z.NEVER
    }
    return once(given, context)
  })
  .pipe(givenSettings.metadata)
  .transform((sought) => Object.entries(sought).sort(([one], [other]) => (one < other ? -1 : 1)))
  .meta({
    description:
      'Those whose `metadata` has each of these texts under its name, to the letter, percent-encoded as in any URL: `metadata.env=production`, or `metadata[env]=production`. Each name once; one that no webhook has finds none.',
    documentAs: METADATA_DOCUMENT,
  })

function once(parts: KeyedParts, context: z.RefinementCtx): Record<string, unknown> {
  const sought = new Map<string, unknown>()
  for (const [name, value] of parts) {
    if (sought.has(name) || Array.isArray(value)) {
      context.addIssue({ code: 'custom', path: [name], message: 'stands there twice' })
    }
    // No webhook has it, and a filter that was dropped would find them all.
    if (name === '__proto__') {
      context.addIssue({ code: 'custom', path: [name], message: 'is a name that is never taken' })
    }
    sought.set(name, value)
  }
  return Object.fromEntries(sought)
}
