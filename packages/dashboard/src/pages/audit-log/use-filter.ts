/** The filters are in the address: a link shows what one sees. Another filter begins at the newest. */
import { useSearchParams } from 'react-router'
import type { AuditEntry } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'

type Action = AuditEntry['action']

export interface Filter {
  action: Action | null
  actor: string | null
  /** Days in the reader's zone, `2026-09-14`; the last one is in the span as a whole. */
  from: string | null
  to: string | null
}

export const ACTIONS = Object.keys(texts.auditLog.actions).filter(isAction)

const NAMES = ['action', 'actor', 'from', 'to'] as const

export function useFilter() {
  const [parameters, setParameters] = useSearchParams()
  const read = (name: keyof Filter) => parameters.get(name) || null
  const day = (name: 'from' | 'to') => {
    const given = read(name)
    return given !== null && startOf(given) !== null ? given : null
  }
  const action = read('action')
  const filter: Filter = {
    action: action !== null && isAction(action) ? action : null,
    actor: read('actor'),
    from: day('from'),
    to: day('to'),
  }
  const set = (part: Partial<Filter>) => {
    // From the address itself: two changes in a row may come before the page is drawn again.
    const given = new URLSearchParams(window.location.search)
    const next = new URLSearchParams()
    for (const name of NAMES) {
      const value = name in part ? part[name] : given.get(name)
      if (value) next.set(name, value)
    }
    setParameters(next, { replace: true })
  }
  return { filter, set, isFiltered: NAMES.some((name) => filter[name] !== null) }
}

/** As the API wants it: instants, the second of which is not in the span any more. */
export function spanOf({ from, to }: Filter): { from: string | null; to: string | null } {
  return {
    from: from === null ? null : (startOf(from)?.toISOString() ?? null),
    to: to === null ? null : (startOf(to, 1)?.toISOString() ?? null),
  }
}

export function isEmptySpan({ from, to }: Filter): boolean {
  return from !== null && to !== null && from > to
}

/** Midnight in the reader's zone, `later` days after; null: it is no day. */
function startOf(day: string, later = 0): Date | null {
  const [, year = '', month = '', date = ''] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []
  const at = new Date(Number(year), Number(month) - 1, Number(date) + later)
  return year === '' || Number.isNaN(at.getTime()) ? null : at
}

function isAction(given: string): given is Action {
  return Object.hasOwn(texts.auditLog.actions, given)
}
