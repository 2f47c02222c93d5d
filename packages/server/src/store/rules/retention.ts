/**
 * How long both stores keep what has nothing to do with an operator's `RETENTION`, and how much of what
 * is over goes in one step.
 */

/** For so long a repeat with the same `Idempotency-Key` is answered as the first was. */
export const IDEMPOTENCY_MS = 24 * 3_600_000
/** How long a stream can be resumed. */
export const CHANGES_MS = 3_600_000

/** What erasing a lead takes, in deleted rows: its event, deliveries, attempts and more change too. */
export const LEAD_ROWS = 4
/** A step looks at so many pages of events at most, so that it never holds up the traffic. */
export const EVENT_PAGES_MAX = 20

/** A shape that no webhook and no delivery has; what is being accepted may still be given it. */
export const SHAPES_MS = 24 * 3_600_000
