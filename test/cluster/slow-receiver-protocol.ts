/** What the slow receiver tells the test of each request, when it is over. */
export interface Heard {
  path: string
  webhookId: string
  /** Each byte as one character. */
  body: string
  /** Unix milliseconds: its headers were here; it was answered, or its sender was gone. */
  startedAt: number
  endedAt: number
  /** Null: the sender did not wait for the answer. */
  status: number | null
  /** Another request of the same event to the same webhook was open when it came. */
  overlapped: boolean
}

export type SlowReceiverTell = { kind: 'ready'; url: string } | { kind: 'heard'; heard: Heard }
