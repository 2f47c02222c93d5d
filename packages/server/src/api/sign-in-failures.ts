/**
 * The one place that hears of every token that was refused, with the address that it came from:
 * wrong keys on any route, sessions that are no more, used links. It counts them; whoever holds back
 * an address that tries keys does it from here. They are not in the audit log: a flood of them would
 * drown what happened.
 */
import type { Metrics } from '../metrics.ts'

export interface SignInFailure {
  way: 'key' | 'session' | 'link'
  /** The client's, as trusted proxies tell it. */
  address: string
}

export type TellFailure = (failure: SignInFailure) => void

export function createTellFailure({
  metrics,
}: {
  metrics: Pick<Metrics, 'signInFailed'>
}): TellFailure {
  return ({ way }) => metrics.signInFailed(way)
}
