/** How the nodes of a world are configured. */
import type { Draw } from './draw.ts'

export interface Settings {
  nodes: number
  scheduleMs: number[]
  timeoutMs: number
  leaseMs: number
  maxInFlight: number
  windowMax: number
  disableAfterMs: number
  backlogMax: number
}

export function drawSettings(draw: Draw): Settings {
  return {
    nodes: draw.pick([1, 2, 2, 3]) ?? 1,
    scheduleMs: draw.pick([
      [0, 5_000, 20_000],
      [0, 1_000, 4_000, 30_000],
      [0, 30_000],
    ]) ?? [0],
    timeoutMs: draw.pick([3_000, 10_000, 20_000]) ?? 3_000,
    leaseMs: draw.pick([12_000, 30_000]) ?? 30_000,
    maxInFlight: draw.pick([3, 8, 64]) ?? 8,
    windowMax: draw.pick([2, 8, 32]) ?? 8,
    disableAfterMs: draw.pick([45_000, 5 * 86_400_000]) ?? 45_000,
    backlogMax: draw.chance(0.1) ? 15 : 1_000_000,
  }
}

export const PLAIN_SETTINGS: Settings = {
  nodes: 1,
  scheduleMs: [0, 5_000, 20_000],
  timeoutMs: 3_000,
  leaseMs: 12_000,
  maxInFlight: 8,
  windowMax: 8,
  disableAfterMs: 5 * 86_400_000,
  backlogMax: 1_000_000,
}
