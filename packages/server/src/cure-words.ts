/** One entry of the table of cures (cure-table.ts). */
export interface CureWords {
  /** What it means. */
  cause: string
  /** What to do. */
  text: string
  /** The same for an operator, where that names a setting or a log of the server. */
  forOperator?: string
}
