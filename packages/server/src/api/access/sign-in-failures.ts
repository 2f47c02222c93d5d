/**
 * The one place that hears of every token that was refused, with the address that it came from:
 * wrong keys on any route, sessions that are no more, used links. It counts them; whoever holds back
 * an address that tries keys does it from here. They are not in the audit log: a flood of them would
 * drown what happened.
 */
import type { Metrics } from '../../metrics.ts'
import type { RequestLimits } from './request-limits.ts'

export interface SignInFailure {
  way: 'key' | 'session' | 'link'
  /** The client's, as trusted proxies tell it. */
  address: string
}

/** Throws a 429 when too many came from the address. */
export type TellFailure = (failure: SignInFailure) => void

export function createTellFailure({
  metrics,
  authFailures,
}: {
  metrics: Pick<Metrics, 'signInFailed'>
  authFailures: RequestLimits['authFailures']
}): TellFailure {
  return ({ way, address }) => {
    metrics.signInFailed(way)
    // A page that was left open asks with its old session again and again: that is no guessing.
    if (way !== 'session') authFailures.tell(address)
  }
}
