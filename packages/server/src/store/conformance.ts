/**
 * What every store must do, written against the contract alone. Each store runs it unchanged.
 */
import { describe } from 'vitest'
import { describeAccept } from './conformance/accept.ts'
import { describeAccess } from './conformance/access.ts'
import { describeAudit } from './conformance/audit.ts'
import { describeBoundedPages } from './conformance/bounded-pages.ts'
import { describeChanges } from './conformance/changes.ts'
import { describeClaims } from './conformance/claims.ts'
import { describeConfig } from './conformance/config.ts'
import { describeCountedPages } from './conformance/counted-pages.ts'
import { describeErasure } from './conformance/erasure.ts'
import { describeIdempotency } from './conformance/idempotency.ts'
import { describeKeys } from './conformance/keys.ts'
import { describeLeases } from './conformance/leases.ts'
import { describeListeners } from './conformance/listeners.ts'
import { describeLists } from './conformance/lists.ts'
import { describeMoves } from './conformance/moves.ts'
import { describePruning } from './conformance/pruning.ts'
import { describeRecord } from './conformance/record.ts'
import { describeRecoveries } from './conformance/recoveries.ts'
import { describeRests } from './conformance/rests.ts'
import { describeRollups } from './conformance/rollups.ts'
import { describeSecrets } from './conformance/secrets.ts'
import { describeSettle } from './conformance/settle.ts'
import { describeStarts } from './conformance/starts.ts'
import { describeStats } from './conformance/stats.ts'
import { describeTurns } from './conformance/turns.ts'
import type { OpenStore } from './conformance/world.ts'

export type { OpenStore, StoreHarness } from './conformance/world.ts'

/** `open` gives a fresh, empty store. Without `movesTime` what needs another time is left out. */
export function describeStore(name: string, open: OpenStore, { movesTime = true } = {}): void {
  const parts = [
    describeConfig,
    describeSecrets,
    describeKeys,
    describeAccept,
    describeTurns,
    describeIdempotency,
    describeClaims,
    describeLeases,
    describeStarts,
    describeListeners,
    describeRecord,
    describeRests,
    describeMoves,
    describeSettle,
    describeRecoveries,
    describeErasure,
    describePruning,
    describeStats,
    describeRollups,
    describeLists,
    describeBoundedPages,
    describeCountedPages,
    describeChanges,
    describeAccess,
    describeAudit,
  ]
  describe(name, () => {
    for (const part of parts) part({ open, movesTime })
  })
}
