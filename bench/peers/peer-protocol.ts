/** What the bench and a peer's process say to each other, beside the peer's own HTTP. */

/** How a peer is told where and how to run: as JSON in the environment variable PEER. */
export interface PeerConfig {
  adminKey: string
  /** Of its Redis or its PostgreSQL. */
  storeUrl: string
  /** Of the library; its meaning is the peer's. */
  settings: PeerSettings
}

export type PeerSettings = Record<string, number | boolean>

export interface Webhook {
  url: string
  timeoutMs: number
}

export interface PeerAsk {
  id: number
  /** `webhooks`: has these from now on. `counts`: tells what was recorded so far. */
  command: 'webhooks' | 'counts'
  chatbotId: string
  webhooks?: Webhook[]
}

/** Attempts whose record is where the peer keeps it. */
export interface RecordedCounts {
  delivered: number
  failed: number
}

export interface PeerReply {
  id: number
  recorded: RecordedCounts
}

export interface PeerReady {
  url: string
}
