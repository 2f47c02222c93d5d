/** What a store is told, and tells, of due times after its clock was set back. */
export interface PullInStep {
  /** 0: it isn't known, as at a start. */
  jumpedBackMs: number
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
