/** What the test and the receiver's process say to each other. */

/** What an endpoint does with one request. The last step of a list is repeated for ever. */
export type Step =
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: string }
  /** Says nothing until it is released (then 200), or the sender gives up. */
  | { kind: 'hang' }
  /** Reads the request, then cuts the connection with a reset. */
  | { kind: 'reset' }
  /** Status and headers at once, then a body of so many bytes, evenly over so long. */
  | { kind: 'crawl'; bytes: number; overMs: number }

export interface ReceivedRequest {
  endpoint: string
  method: string
  /** The request target as it was on the wire. */
  target: string
  /** As they were on the wire, in their order. */
  rawHeaders: [name: string, value: string][]
  headers: Record<string, string>
  body: Buffer
  /** Unix milliseconds when its last byte was read. */
  receivedAt: number
  /** Tells connections apart. */
  remotePort: number
}

export type Ask = { id: number; endpoint: string } & (
  | { command: 'behave'; steps: Step[] }
  | { command: 'release' }
)

export type Tell =
  | { kind: 'ready'; url: string }
  | { kind: 'received'; request: ReceivedRequest }
  | { kind: 'done'; id: number }
