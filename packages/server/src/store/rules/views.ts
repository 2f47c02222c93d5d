/**
 * Deliveries and attempts wherever they lie, in words that both databases take: for questions about
 * one of them, by its id. Lists name the tables whose indexes they walk (reading/deliveries.ts).
 */
const SHARED = `id, 'evt_' || substr(id, 5, 23) || '000' AS event_id, webhook_id, chatbot_id, event_type,
  kind, state, state_reason, attempt_count, series_attempts, last_status, last_error, created_at`

export const VIEWS = `
CREATE VIEW deliveries AS
  SELECT ${SHARED}, uncharged_since, due_at, claimed_by, finished_at, updated_at FROM claimed
  UNION ALL SELECT ${SHARED}, uncharged_since, due_at, NULL, NULL, updated_at FROM waiting
  UNION ALL SELECT ${SHARED}, NULL, NULL, NULL, finished_at, finished_at FROM finished;

CREATE VIEW all_attempts AS
  SELECT id, delivery_id, number, started_at, duration_ms, result, status, error_code, error,
    response_headers, response_body, note FROM attempts
  UNION ALL SELECT attempt_id, id, attempt_count, started_at, duration_ms,
    CASE state WHEN 'delivered' THEN 'delivered' ELSE 'failed' END, last_status, error_code, last_error,
    response_headers, response_body, note FROM finished WHERE attempt_id IS NOT NULL;
`

/** As `deliveries` is since deliveries may be brought forward. */
export const DELIVERIES_WITH_SCHEDULE = `CREATE VIEW deliveries AS
  SELECT ${SHARED}, uncharged_since, due_at, schedule_due_at, claimed_by, finished_at, updated_at
    FROM claimed
  UNION ALL SELECT ${SHARED}, uncharged_since, due_at, schedule_due_at, NULL, NULL, updated_at
    FROM waiting
  UNION ALL SELECT ${SHARED}, NULL, NULL, NULL, NULL, finished_at, finished_at FROM finished;`

/** As `deliveries` is since bodies have shapes. */
export const DELIVERIES_WITH_SHAPE = DELIVERIES_WITH_SCHEDULE.replaceAll(SHARED, `${SHARED}, shape`)
