/** Which call fails, and how. A world draws its faults; an anomaly loop counts to the n-th call. */
import type { Draw } from './draw.ts'

/**
 * What befalls a call to the store: `refused` before it ran; `lost`: it ran, its answer never came;
 * `slow`: on the way there or back.
 */
export type StoreFault =
  | { kind: 'none' }
  | { kind: 'refused' }
  | { kind: 'lost'; comingMs: number }
  | { kind: 'slow'; goingMs: number; comingMs: number }

/** What befalls a request on its way out. */
export type NetworkFault = 'none' | 'freeze' | 'reset'

export interface Faults {
  store(method: string): StoreFault
  network(): NetworkFault
  /** Whether a message from one node to another gets there. */
  messageArrives(): boolean
}

export const NO_FAULT: StoreFault = { kind: 'none' }

export const noFaults: Faults = {
  store: () => NO_FAULT,
  network: () => 'none',
  messageArrives: () => true,
}

interface FaultRates {
  refused: number
  lost: number
  slow: number
  /** Longest wait of a slow call. */
  slowMs: number
  freezeAtSend: number
  messageLost: number
  /** One method that fares worse than the others; null: none. */
  worst: string | null
}

/** What a node stands on most; all the other methods have bad days together with them. */
const METHODS = [
  'recordIfLeased',
  'release',
  'renewLease',
  'accept',
  'claimDue',
  'getWebhook',
  'takeStarts',
]
const WORST_RATE = 0.4

/** Calm worlds show what faults hide, and the other way round: each seed draws its own weather. */
export function drawRates(draw: Draw, worst: string | null = null): FaultRates {
  const rate = (high: number) => (draw.chance(0.5) ? 0 : draw.fraction() * high)
  return {
    refused: rate(0.15),
    lost: rate(0.1),
    slow: rate(0.2),
    slowMs: draw.pick([50, 2_000, 6_000, 45_000]) ?? 50,
    freezeAtSend: rate(0.02),
    messageLost: draw.pick([0, 0.3, 1]) ?? 0,
    worst: worst ?? (draw.chance(0.5) ? (draw.pick(METHODS) ?? null) : null),
  }
}

export function drawnFaults(draw: Draw, rates: FaultRates): Faults {
  const waitMs = () => (draw.chance(0.3) ? 0 : draw.between(0, rates.slowMs))
  const fault = (kind: Exclude<StoreFault['kind'], 'none'>): StoreFault => {
    if (kind === 'refused') return { kind }
    if (kind === 'lost') return { kind, comingMs: waitMs() }
    return { kind, goingMs: waitMs(), comingMs: waitMs() }
  }
  return {
    store(method) {
      if (method === rates.worst && draw.chance(WORST_RATE)) {
        return fault(draw.pick(['refused', 'lost', 'slow'] as const) ?? 'refused')
      }
      const at = draw.fraction()
      if (at < rates.refused) return fault('refused')
      if (at < rates.refused + rates.lost) return fault('lost')
      return at < rates.refused + rates.lost + rates.slow ? fault('slow') : NO_FAULT
    },
    network: () => (draw.chance(rates.freezeAtSend) ? 'freeze' : 'none'),
    messageArrives: () => !draw.chance(rates.messageLost),
  }
}
