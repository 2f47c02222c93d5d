/** Resends or cancels all deliveries that a filter finds: counted and asked first, then one after the other. */
import { type Api, Refusal } from '../api.ts'
import type { Given } from '../command.ts'
import { EXIT, type ExitCode, usageError } from '../command-error.ts'
import { confirm } from '../confirm.ts'
import { idsOf } from '../paging.ts'

export type ManyAction = 'resend' | 'cancel'

const ASKED = { resend: 'Send', cancel: 'Cancel' }
const AFTER = { resend: ' again', cancel: '' }
const DONE = { resend: 'on their way again', cancel: 'cancelled' }

/** What changed state meanwhile is refused by the server, told, and left as it is. */
export async function changeMany(
  api: Api,
  given: Given,
  { action, query }: { action: ManyAction; query: URLSearchParams },
): Promise<ExitCode> {
  const { out, flag } = given
  if ([...query].length === 0)
    throw usageError(`deliveries ${action} needs ids, or a filter: --state exhausted --since 6h.`)
  const ids = await idsOf(given, { api, path: '/api/v1/deliveries', query, noun: 'deliveries' })
  if (flag('dry-run') || ids.length === 0) {
    out.value({ action, count: ids.length }, () => `${ids.length} deliveries match.`)
    return EXIT.done
  }
  const what = `${ASKED[action]} ${ids.length} deliveries${AFTER[action]}`
  if (!flag('yes')) await confirm(what, 'Nothing was changed.')
  let refused = 0
  for (const [done, id] of ids.entries()) {
    out.step({ doing: action, done, total: ids.length })
    try {
      await api.post(`/api/v1/deliveries/${encodeURIComponent(id)}/${action}`)
    } catch (error) {
      if (!(error instanceof Refusal) || (error.status !== 409 && error.status !== 404)) throw error
      refused += 1
      out.progress(null)
      out.notice(`${id}: ${error.message}`)
    }
  }
  out.progress(null)
  const count = ids.length - refused
  out.value({ action, count, refused }, () => {
    const rest = refused === 0 ? '' : ` ${refused} were refused, as told above.`
    return `${count} deliveries are ${DONE[action]}.${rest}`
  })
  return refused === 0 ? EXIT.done : EXIT.no
}
