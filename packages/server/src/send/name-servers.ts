/**
 * Whose fault it is that a name was not looked up. When our own name servers are away every name
 * fails, and no endpoint must be charged for it: wire-format, "a fault of our own".
 */
import type { Resolver } from 'node:dns/promises'
import type { Clock } from '../clock.ts'
import { codeOf } from './failure.ts'

interface NameServers {
  /** A look-up ended so; an empty code: with addresses. */
  note(code: string): void
  /** Whether a look-up that ended so failed because of us. Never rejects. */
  isOurFault(code: string): Promise<boolean>
}

/** Answers about the name itself: somebody was there to give them. */
const ANSWERS = new Set(['', 'ENOTFOUND', 'ENODATA'])
const SUSPICIOUS = new Set(['ECONNREFUSED', 'ETIMEOUT', 'ESERVFAIL', 'EREFUSED'])
/** Name servers that answered so recently are there: it is the endpoint's name that fails. */
const ANSWERED_MS = 60_000
const PROBE_MS_MAX = 1_500

export function createNameServers(options: {
  clock: Clock
  resolver: () => Resolver
}): NameServers {
  const { clock } = options
  let answeredAt = Number.NEGATIVE_INFINITY
  let probing: Promise<boolean> | null = null

  /** The root's name servers: every resolver knows them, whatever became of the endpoint's. */
  async function probe(): Promise<boolean> {
    let cancel = () => {}
    const tooLate = new Promise<boolean>((resolve) => {
      cancel = clock.setTimer(PROBE_MS_MAX, () => resolve(false))
    })
    const answer = options
      .resolver()
      .resolveNs('.')
      .then(
        () => true,
        (error: unknown) => ANSWERS.has(codeOf(error)),
      )
    const isThere = await Promise.race([answer, tooLate])
    cancel()
    if (isThere) answeredAt = clock.monotonic()
    return isThere
  }

  return {
    note(code) {
      if (ANSWERS.has(code)) answeredAt = clock.monotonic()
    },
    async isOurFault(code) {
      if (!SUSPICIOUS.has(code)) return false
      if (clock.monotonic() - answeredAt < ANSWERED_MS) return false
      probing ??= probe().finally(() => {
        probing = null
      })
      return !(await probing)
    },
  }
}
