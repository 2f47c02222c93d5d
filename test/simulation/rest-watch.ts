/**
 * Rests, as the store has them after each commit and as each process has heard of them: a webhook
 * that rests gets one probe at a time, when it is due, and nothing else from whoever knows.
 */
import type { Change } from '../../packages/server/src/store/road.ts'
import type { Commit, DeliveryLine, Moved, WebhookLine } from './book.ts'
import type { Broken } from './legal-moves.ts'
import type { SimProcess } from './sim-process.ts'
import { short } from './trace.ts'

const ONE_WORD_MS_MAX = 62_000
const ASKED_MS_MAX = 24 * 3_600_000 + 2_000

interface Known {
  line: WebhookLine
  /** The commit since which it rests; Infinity: it doesn't. */
  restsSince: number
}

export class RestWatch {
  readonly #broken: Broken
  #commit = 0
  readonly #webhooks = new Map<string, Known>()
  readonly #commitOf = new WeakMap<Change, number>()
  readonly #heard = new Map<SimProcess, Map<string, number>>()

  constructor(broken: Broken) {
    this.#broken = broken
  }

  beginCommit(changes: Change[]): void {
    this.#commit += 1
    for (const change of changes) this.#commitOf.set(change, this.#commit)
  }

  committed(
    webhooks: ReadonlyMap<string, WebhookLine>,
    { moved, commit, deliveries, now }: Committed,
  ): void {
    for (const line of webhooks.values()) {
      const before = this.#webhooks.get(line.id)
      const rests = line.resting_until !== null
      const began = rests && (before?.line.resting_until ?? null) === null
      const restsSince = rests ? (before?.restsSince ?? this.#commit) : Infinity
      this.#webhooks.set(line.id, { line, restsSince: began ? this.#commit : restsSince })
      if (began) this.#checkBeginning(line, now)
      else if (rests && before)
        this.#checkProbe(before.line, line, { moved, commit, deliveries, now })
      this.#checkFresh(line, { moved, commit, deliveries, now })
    }
    for (const id of [...this.#webhooks.keys()]) if (!webhooks.has(id)) this.#webhooks.delete(id)
  }

  told(process: SimProcess, change: Change): void {
    if (change.type !== 'webhook.updated' || change.aspect === 'health') return
    const heard = this.#heard.get(process) ?? new Map<string, number>()
    this.#heard.set(process, heard)
    const commit = this.#commitOf.get(change) ?? 0
    heard.set(change.webhookId, Math.max(commit, heard.get(change.webhookId) ?? 0))
  }

  checkAttempt(
    process: SimProcess,
    { name, id, webhookId }: { name: string; id: string; webhookId: string },
  ): void {
    const known = this.#webhooks.get(webhookId)
    const heard = this.#heard.get(process)?.get(webhookId) ?? 0
    if (!known || heard < known.restsSince || known.line.probe_id === id) return
    this.#broken('resting means silent', `${name}, and knows that ${short(webhookId)} rests`)
  }

  #checkBeginning(line: WebhookLine, now: number): void {
    const lastsMs = (line.resting_until ?? now) - now
    if (lastsMs <= ONE_WORD_MS_MAX) return
    this.#broken('a minute on one word', `${short(line.id)} begins to rest for ${lastsMs} ms`)
  }

  #checkProbe(
    before: WebhookLine,
    line: WebhookLine,
    { moved, commit, deliveries, now }: Committed,
  ) {
    const lastsMs = (line.resting_until ?? now) - now
    if (lastsMs > ASKED_MS_MAX) {
      this.#broken('a minute on one word', `${short(line.id)} rests for ${lastsMs} ms`)
    }
    // It ended, and began anew, in one commit.
    if (before.rested_at !== line.rested_at) return
    for (const { before: was, after: row } of moved) {
      const isTaken = row.claimed_by !== null && (was?.claimed_by ?? null) === null
      if (row.webhook_id !== line.id || !isTaken || row.id === line.probe_id) continue
      const sentence = `${short(row.id)} was claimed, and ${short(line.id)} rests`
      this.#broken('a resting webhook is only probed', sentence)
    }
    if (line.probe_id === null || line.probe_id === before.probe_id) return
    const old = before.probe_id === null ? null : deliveries.get(before.probe_id)
    if (old?.claimed_by) {
      const sentence = `${short(line.probe_id)} beside ${short(old.id)} of ${short(line.id)}`
      this.#broken('one probe at a time', sentence)
    }
    const earlyMs = (before.probe_at ?? now) - now
    if (earlyMs <= 0 || commit.operations.has('recordIfLeased')) return
    // Somebody wanted it to be sent now.
    if (before.probe_wanted === line.probe_id) return
    if (commit.operations.has('resend') || commit.operations.has('bringForward')) return
    this.#broken('a probe has its time', `${short(line.id)} is probed ${earlyMs} ms too early`)
  }

  /** While something fresh waits that could be claimed, of four claims at most one is old. */
  #checkFresh(line: WebhookLine, { moved, commit, deliveries, now }: Committed): void {
    const { rested_at: restedAt } = line
    if (restedAt === null || line.resting_until !== null) return
    if (commit.operations.size !== 1 || !commit.operations.has('claimDue')) return
    const claimed = moved.filter(({ before, after }) => {
      return after.webhook_id === line.id && after.claimed_by !== null && !before?.claimed_by
    })
    if (claimed.length === 0 || commit.calls.length !== 1) return
    const isFresh = (row: DeliveryLine) =>
      row.attempt_count === 0 && (row.due_at ?? 0) >= restedAt && (row.due_at ?? 0) <= now
    const waits = [...deliveries.values()].some((row) => {
      return (
        row.webhook_id === line.id && row.state === 'pending' && !row.claimed_by && isFresh(row)
      )
    })
    const old = claimed.filter(({ after }) => !isFresh(after)).length
    if (!waits || old <= Math.max(1, Math.floor(claimed.length / 4))) return
    const sentence = `${old} of ${claimed.length} claims of ${short(line.id)} are old, and fresh ones wait`
    this.#broken('fresh goes first', sentence)
  }
}

interface Committed {
  moved: Moved[]
  commit: Commit
  deliveries: ReadonlyMap<string, DeliveryLine>
  now: number
}
