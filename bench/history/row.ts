type Value = string | number | null
/** In the order of its table's columns. */
export type Row = Value[]

/** How a delivery ended. */
export interface End {
  state: 'delivered' | 'exhausted' | 'cancelled'
  reason: string | null
  attempts: number
}
