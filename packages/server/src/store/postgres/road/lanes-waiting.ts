/** Which webhooks have something to claim, and when: asked when a node starts, and after a gap. */
import type { LaneWaiting } from '../../road.ts'
import type { Database } from '../connection/database.ts'

export function lanesWaiting(database: Database): Promise<LaneWaiting[]> {
  return database.query<LaneWaiting>(LANES_WAITING)
}

/** By jumps from webhook to webhook in the index of what may be claimed, however much waits there. */
const LANES_WAITING = `WITH RECURSIVE lane (webhook_id) AS (
    SELECT min(webhook_id) FROM waiting WHERE state = 'pending'
    UNION ALL
    SELECT (SELECT min(webhook_id) FROM waiting
      WHERE state = 'pending' AND webhook_id > lane.webhook_id)
    FROM lane WHERE lane.webhook_id IS NOT NULL
  )
  SELECT lane.webhook_id AS "webhookId", greatest(CASE WHEN w.probe_wanted IS NULL THEN w.probe_at END,
    (SELECT d.due_at FROM waiting d
    WHERE d.state = 'pending' AND d.webhook_id = lane.webhook_id
    ORDER BY d.due_at LIMIT 1)) - chatzuri_now() AS "dueInMs"
  FROM lane JOIN webhooks w ON w.id = lane.webhook_id
  WHERE w.state = 'active' AND w.listener_id IS NULL`
