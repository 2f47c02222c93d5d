const LOOK_EVERY_MS = 15

export interface Patience {
  /** Completes "Waited … for". */
  what: string
  withinMs?: number
  /** Longer, where a look costs something. */
  everyMs?: number
}

/**
 * Looks again and again until there is something to see. For what another process does and sends no
 * signal of; `what` is the sentence of the failure.
 */
export async function until<Seen>(
  look: () => Promise<Seen | null> | Seen | null,
  { what, withinMs = 15_000, everyMs = LOOK_EVERY_MS }: Patience,
): Promise<Seen> {
  const giveUpAt = performance.now() + withinMs
  for (;;) {
    const seen = await look()
    if (seen !== null) return seen
    if (performance.now() > giveUpAt) throw new Error(`Waited ${withinMs} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

/** Fails when something takes longer than it may. */
export function within<Result>(limitMs: number, work: Promise<Result>, what: string) {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${limitMs} ms`)), limitMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
