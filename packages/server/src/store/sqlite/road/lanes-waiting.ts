/** Which webhooks have something to claim, and when: asked when a node starts, and after a gap. */
import type { Clock } from '../../../clock.ts'
import type { RunQueries } from '../../reading/read-parts.ts'
import type { LaneWaiting } from '../../road.ts'

/** By the reading thread: with very many lanes it takes long, and commits go on meanwhile. */
export async function lanesWaiting({
  run,
  clock,
}: {
  run: RunQueries
  clock: Clock
}): Promise<LaneWaiting[]> {
  const [lanes] = await run([{ sql: LANES_WAITING, parameters: [] }])
  const now = clock.now()
  return (lanes as { webhookId: string; dueAt: number }[]).map(({ webhookId, dueAt }) => {
    return { webhookId, dueInMs: dueAt - now }
  })
}

/** By jumps from webhook to webhook in the index of what may be claimed, however much waits there. */
export const LANES_WAITING = `WITH RECURSIVE lane (webhook_id) AS (
    SELECT min(webhook_id) FROM waiting INDEXED BY waiting_claimable WHERE state = 'pending'
    UNION ALL
    SELECT (SELECT min(webhook_id) FROM waiting INDEXED BY waiting_claimable
      WHERE state = 'pending' AND webhook_id > lane.webhook_id)
    FROM lane WHERE lane.webhook_id IS NOT NULL
  )
  SELECT lane.webhook_id AS webhookId, max(CASE WHEN webhooks.probe_wanted IS NULL
      THEN coalesce(webhooks.probe_at, 0) ELSE 0 END,
    (SELECT min(due_at) FROM waiting INDEXED BY waiting_claimable
      WHERE state = 'pending' AND webhook_id = lane.webhook_id)) AS dueAt
  FROM lane JOIN webhooks ON webhooks.id = lane.webhook_id WHERE webhooks.state = 'active'
    AND webhooks.listener_id IS NULL`
