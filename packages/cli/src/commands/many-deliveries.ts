/** Resends or cancels all deliveries that a filter finds: the server does it, in steps. */
import { type Api, openApi } from '../api.ts'
import type { Given } from '../command.ts'
import { type ExitCode, usageError } from '../command-error.ts'
import { doMany } from '../follow-bulk.ts'
import { idsOf } from '../paging.ts'

export type ManyAction = 'resend' | 'cancel'

/** Where no state is named: what the action is for. */
const USUAL = { resend: ['exhausted'], cancel: ['pending', 'parked'] }
const ASKED = { resend: 'Send', cancel: 'Cancel' }
const AFTER = { resend: ' again', cancel: '' }
const IDS_MAX = 1_000

/** What changed its state meanwhile is left as it is, and told. */
export async function changeMany(
  given: Given,
  { action, query }: { action: ManyAction; query: URLSearchParams },
): Promise<ExitCode> {
  if ([...query].length === 0)
    throw usageError(`deliveries ${action} needs ids, or a filter: --state exhausted --since 6h.`)
  const limit = limitOf(given)
  const api = openApi(given.env)
  const asked = new URLSearchParams(query)
  if (!asked.has('state')) for (const state of USUAL[action]) asked.append('state', state)
  return doMany(api, given, {
    kind: action,
    path: `/api/v1/deliveries/${action}`,
    body: limit === undefined ? bodyOf(asked) : await firstOf(api, given, asked),
    question: (count) => `${ASKED[action]} ${count} deliveries${AFTER[action]}`,
    counted: (count) => `${count} deliveries match.`,
  })
}

/** The list's parameters as the API takes them in a body. */
function bodyOf(query: URLSearchParams): Record<string, unknown> {
  return { ...Object.fromEntries(query), state: query.getAll('state') }
}

/** Undefined: all that match. */
function limitOf(given: Given): number | undefined {
  const text = given.text('limit')
  if (text === undefined) return undefined
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= IDS_MAX) return limit
  throw usageError(`--limit is a whole number from 1 to ${IDS_MAX}; without it, all that match.`)
}

/** A filter goes through to its end: the first few are named. */
async function firstOf(api: Api, given: Given, query: URLSearchParams) {
  const ids = await idsOf(given, { api, path: '/api/v1/deliveries', query, noun: 'deliveries' })
  // Of none: what the filter finds is nothing, and that is what is counted.
  return ids.length === 0 ? bodyOf(query) : { ids }
}
