/** What a store is told, and tells, of due times after its clock was set back. */
export interface PullInStep {
  /** 0: what was found before is looked at once more. Null: it isn't known, as at a start. */
  jumpedBackMs: number | null
  /** Null: from the first. */
  after: DuePosition | null
  limit: number
}

export interface DuePosition {
  webhookId: string
  dueAt: number
  deliveryId: string
}

export interface PulledIn {
  /** How many due times lay further ahead than their wait allows. */
  pulled: number
  /** Where the next step goes on; null: that was the last one. */
  next: DuePosition | null
}

/** What `prune` deletes. */
export interface Retention {
  retentionMs: number
  leadRetentionMs: number | null
  limit: number
  /** By so much the store's clock may be ahead of the time: what is deleted is older by it. */
  aheadMs?: number
}
