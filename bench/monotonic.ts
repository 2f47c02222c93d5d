/**
 * Milliseconds on the machine's monotonic clock. It is one clock for all processes of a machine, so
 * instants that two of them took can be compared.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
