import type { Format } from '@chatzuri/webhooks'

/** What a check says of one thing. */
type Verdict = 'ok' | 'fault' | 'advice'

export interface Finding {
  /** Stable: scripts may look for it. */
  id: string
  verdict: Verdict
  /** What was seen, as a sentence. */
  message: string
  /** What to change. */
  mend?: string
  /** For a cause that is unknown: to compare with what the endpoint hashes. */
  compare?: Compare
}

export interface Compare {
  body: string
  bytes: number
  secretLength: number
  webhookId: string
  webhookTimestamp: string
  /** By header. */
  expected: Record<string, string>
}

export interface Report {
  url: string
  /** In which it was asked. */
  format: Format
  /** No fault: advice does not count. */
  ok: boolean
  /** Which header the endpoint checks; null: unknown, because it never took a signature of ours. */
  checks: 'guide' | 'modern' | 'either' | 'both' | 'nothing' | null
  requests: number
  findings: Finding[]
}

export function ok(id: string, message: string): Finding {
  return { id, verdict: 'ok', message }
}

export function fault(id: string, message: string, mend: string): Finding {
  return { id, verdict: 'fault', message, mend }
}

export function advice(id: string, message: string, mend: string): Finding {
  return { id, verdict: 'advice', message, mend }
}

export type Scheme = NonNullable<Report['checks']>
