/**
 * What every store must do, written against the contract alone. Each store runs it unchanged.
 */
import { describe } from 'vitest'
import { describeAccept } from './accept.ts'
import { describeAccess } from './access.ts'
import { describeAudit } from './audit.ts'
import { describeBoundedPages } from './bounded-pages.ts'
import { describeBringForward } from './bring-forward.ts'
import { describeBulk } from './bulk.ts'
import { describeChanges } from './changes.ts'
import { describeClaims } from './claims.ts'
import { describeConfig } from './config.ts'
import { describeCountedPages } from './counted-pages.ts'
import { describeErasure } from './erasure.ts'
import { describeEventsList } from './events-list.ts'
import { describeExtraAttempts } from './extra-attempts.ts'
import { describeGivenUp } from './given-up.ts'
import { describeIdempotency } from './idempotency.ts'
import { describeKeys } from './keys.ts'
import { describeLeadStats } from './lead-stats.ts'
import { describeLeases } from './leases.ts'
import { describeListeners } from './listeners.ts'
import { describeLists } from './lists.ts'
import { describeMetadata } from './metadata.ts'
import { describeMoves } from './moves.ts'
import { describeNotices } from './notices.ts'
import { describeOnce } from './once.ts'
import { describePruning } from './pruning.ts'
import { describeRecord } from './record.ts'
import { describeRecoveries } from './recoveries.ts'
import { describeRests } from './rests.ts'
import { describeRollups } from './rollups.ts'
import { describeSearching } from './searching.ts'
import { describeSecrets } from './secrets.ts'
import { describeSendEvent } from './send-event.ts'
import { describeSettle } from './settle.ts'
import { describeShapes } from './shapes.ts'
import { describeStarts } from './starts.ts'
import { describeStats } from './stats.ts'
import type { OpenStore } from './store-world.ts'
import { describeTurns } from './turns.ts'
import { describeVersions } from './versions.ts'
import { describeWebhookHealth } from './webhook-health.ts'

export type { OpenStore } from './store-world.ts'

/** `open` gives a fresh, empty store. Without `movesTime` what needs another time is left out. */
export function describeStore(name: string, open: OpenStore, { movesTime = true } = {}): void {
  const parts = [
    describeConfig,
    describeVersions,
    describeSecrets,
    describeKeys,
    describeAccept,
    describeTurns,
    describeIdempotency,
    describeOnce,
    describeClaims,
    describeLeases,
    describeStarts,
    describeListeners,
    describeRecord,
    describeRests,
    describeNotices,
    describeExtraAttempts,
    describeBringForward,
    describeMoves,
    describeSettle,
    describeRecoveries,
    describeGivenUp,
    describeWebhookHealth,
    describeErasure,
    describePruning,
    describeStats,
    describeRollups,
    describeLeadStats,
    describeLists,
    describeEventsList,
    describeSearching,
    describeSendEvent,
    describeShapes,
    describeBulk,
    describeBoundedPages,
    describeCountedPages,
    describeMetadata,
    describeChanges,
    describeAccess,
    describeAudit,
  ]
  describe(name, () => {
    for (const part of parts) part({ open, movesTime })
  })
}
