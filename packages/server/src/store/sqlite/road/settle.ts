/**
 * Moves deliveries to where their webhook's state says. A webhook whose state changed is noted in
 * `unsettled` by the same commit, so a crash forgets nothing, and with nothing to do this costs one
 * look at an empty table. Claimed deliveries are left to whoever holds them, unless they are to be
 * cancelled: recording and giving back look at the webhook's state themselves.
 */

import type { DeliveryRow } from '../../reading/rows.ts'
import { parkReason } from '../../rules/after-attempt.ts'
import type { Core } from '../core.ts'
import type { Deliveries } from './deliveries.ts'
import type { Eraser } from './erase.ts'

export class Settler {
  readonly #core: Core
  readonly #deliveries: Deliveries
  readonly #eraser: Eraser

  constructor(core: Core, deliveries: Deliveries, eraser: Eraser) {
    this.#core = core
    this.#deliveries = deliveries
    this.#eraser = eraser
  }

  settle(limit: number): { moved: number; resumed: string[] } {
    const core = this.#core
    const resumed: string[] = []
    let moved = 0
    while (moved < limit) {
      const next = core.get<{ webhook_id: string }>(NEXT_UNSETTLED)
      if (!next) break
      const count = this.#settleWebhook(next.webhook_id, limit - moved, resumed)
      if (count < limit - moved) core.run(SETTLED, next.webhook_id)
      moved += count
    }
    if (moved < limit) moved += this.#eraser.eraseDeletedChatbots(limit - moved)
    return { moved, resumed }
  }

  #settleWebhook(webhookId: string, limit: number, resumed: string[]): number {
    const state = this.#core.webhookState(webhookId)
    if (state === 'active') {
      const count = this.#each(PARKED, webhookId, limit, (row) => this.#deliveries.unpark(row))
      if (count > 0) resumed.push(webhookId)
      return count
    }
    if (state === null) return this.#cancelAll(webhookId, limit)
    const reason = parkReason(state)
    return this.#each(CLAIMABLE, webhookId, limit, (row) => this.#deliveries.park(row, reason))
  }

  #cancelAll(webhookId: string, limit: number): number {
    let count = 0
    for (const find of [CLAIMABLE, CLAIMED, PARKED]) {
      count += this.#each(find, webhookId, limit - count, (row) => {
        this.#deliveries.cancelRow(row, 'webhook_deleted')
      })
    }
    return count
  }

  #each(find: string, webhookId: string, limit: number, move: (row: DeliveryRow) => void): number {
    const rows = this.#core.all<DeliveryRow>(find, webhookId, limit)
    for (const row of rows) move(row)
    return rows.length
  }
}

const NEXT_UNSETTLED = 'SELECT webhook_id FROM unsettled LIMIT 1'
const SETTLED = 'DELETE FROM unsettled WHERE webhook_id = ?'

const PARKED = `SELECT * FROM deliveries WHERE webhook_id = ? AND state = 'parked' ORDER BY id LIMIT ?`
const CLAIMABLE = `SELECT * FROM deliveries
  WHERE webhook_id = ? AND state = 'pending' AND claimed_by IS NULL LIMIT ?`
/** By the small index of what is claimed now, whatever its webhook. */
const CLAIMED = `SELECT * FROM deliveries INDEXED BY deliveries_claimed
  WHERE claimed_by IS NOT NULL AND webhook_id = ? AND state = 'pending' LIMIT ?`
