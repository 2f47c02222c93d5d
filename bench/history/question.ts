/** What is asked of a full store, and what of a lead questions are made of. */

export interface Question {
  name: string
  /** Asked in turn, so that not all of them are answered from a warm page. */
  paths: string[]
  /** What is posted to them; undefined: they are got. */
  body?: unknown
}

export interface Lead {
  id: string
  conversationId: string
  customerName: string
  customerEmail: string
  customerPhone: string
}
