/**
 * The promises of this system, looked at in every commit, every attempt and every answer. The first
 * that does not hold ends the world.
 *
 * What excuses two attempts at once is spelled out in `#excuses`: a frozen process, and nothing else.
 */
import { isNotice } from '../../packages/server/src/notice.ts'
import type { SendResult } from '../../packages/server/src/outcome.ts'
import type { ScheduledTurn } from '../../packages/server/src/schedule/attempts.ts'
import type { AcceptInput, Change, Claim } from '../../packages/server/src/store/road.ts'
import type { Batch, BatchReply } from '../../packages/server/src/store/sqlite/engine.ts'
import { Book, type Commit, type Moved } from './book.ts'
import { ExtraWatch, isExtra } from './extra-watch.ts'
import { ForwardWatch } from './forward-watch.ts'
import { HeldWatch } from './held-watch.ts'
import { LaneWatch, type OpenAttempt } from './lane-watch.ts'
import { LeaseWatch } from './lease-watch.ts'
import { type Request, requestName, resultWord } from './network.ts'
import { NoticeWatch } from './notice-watch.ts'
import type { Publication } from './publication.ts'
import { RateWatch } from './rate-watch.ts'
import { RestWatch } from './rest-watch.ts'
import { inShape } from './shaped-body.ts'
import type { SimProcess } from './sim-process.ts'
import type { SimWorld } from './sim-world.ts'
import { short } from './trace.ts'
import { WebhookWatch } from './webhook-watch.ts'

export class Violation extends Error {
  override readonly name = 'Violation'
  readonly promise: string

  constructor(promise: string, sentence: string) {
    super(`${promise}: ${sentence}`)
    this.promise = promise
  }
}

export class Promises {
  readonly #world: SimWorld
  readonly book: Book
  readonly #lanes: LaneWatch
  readonly #rates: RateWatch
  readonly #leases: LeaseWatch
  readonly #held: HeldWatch
  readonly #webhooks: WebhookWatch
  readonly #rests: RestWatch
  readonly #notices: NoticeWatch
  readonly #extras: ExtraWatch
  readonly #forwards: ForwardWatch
  #violation: Violation | null = null
  readonly #accepted = new Map<string, Publication>()
  readonly #made = new Map<string, number>()
  readonly #bodies = new Map<string, string>()
  readonly #results = new Map<string, SendResult>()

  constructor(world: SimWorld) {
    this.#world = world
    const broken = this.broken.bind(this)
    this.book = new Book(broken)
    this.#lanes = new LaneWatch(world.settings, broken)
    this.#rates = new RateWatch(broken)
    this.#leases = new LeaseWatch(broken)
    this.#held = new HeldWatch(broken)
    this.#webhooks = new WebhookWatch(broken)
    this.#rests = new RestWatch(broken)
    this.#notices = new NoticeWatch(broken)
    this.#extras = new ExtraWatch(broken)
    this.#forwards = new ForwardWatch(broken)
  }

  /** Kept rather than thrown: a room under test would catch it. */
  broken(promise: string, sentence: string): void {
    this.#world.note(`BROKEN ${promise}: ${sentence}`)
    this.#violation ??= new Violation(promise, sentence)
  }

  /** Throws the first violation. */
  check(): void {
    if (this.#violation) throw this.#violation
  }

  // ─── the store ──────────────────────────────────────────────────────────────────────────────────

  committed(batch: Batch, reply: BatchReply): void {
    const { book } = this
    const now = this.#world.timeline.now
    const commit = commitOf(batch, reply)
    this.#webhooks.beginCommit(reply.changes)
    this.#rests.beginCommit(reply.changes)
    const moved = book.read(this.#world.disk.port, commit)
    if (moved) this.#leases.checkClaims(moved, commit, now)
    this.#leases.follow(commit, now)
    if (!moved) return
    this.#webhooks.committed(book.webhooks)
    const { deliveries } = book
    const at = this.#world.storeClock.now()
    this.#notices.committed(commit, at)
    this.#rests.committed(book.webhooks, { moved, commit, deliveries, now: at })
    this.#forwards.committed(book.webhooks, { moved, commit, deliveries, now: at })
    this.#extras.committed(book.webhooks, {
      moved,
      commit,
      resultOf: (row) => this.#results.get(`${row.id} ${row.attempt_count}`),
    })
    for (const [index, call] of batch.calls.entries()) {
      const answer = reply.replies[index]
      if (!answer || !('value' in answer)) continue
      if (call.name === 'accept') this.#madeEvents(call.input as AcceptInput, answer.value, commit)
    }
    this.#checkWaits(moved, commit)
  }

  powerCut(): void {
    this.#leases.clear()
    this.book.read(this.#world.disk.port, null)
  }

  told(process: SimProcess, change: Change): void {
    this.#webhooks.told(process, change)
    this.#rests.told(process, change)
    this.#held.told(process, change)
  }

  /** The store's answer has reached the process. */
  handed(process: SimProcess, claims: Claim[]): void {
    this.#held.handed(
      process,
      claims.map((claim) => claim.deliveryId),
    )
  }

  startsCameLate(): void {
    this.#rates.startsCameLate(this.#world.timeline.now)
  }

  #madeEvents(input: AcceptInput, value: unknown, { operations }: Commit): void {
    if ((value as { kind: string }).kind !== 'accepted') return
    const subscriptionsMoved = ['updateWebhook', 'deleteWebhook', 'createWebhook', 'deleteChatbot']
    const isPlain = !subscriptionsMoved.some((name) => operations.has(name as never))
    for (const event of input.events) {
      if (isPlain) this.book.checkFanOut({ ...event, chatbotId: input.chatbotId })
      if (!input.idempotency) continue
      const name = `${input.chatbotId} ${input.idempotency.route} ${input.idempotency.key}`
      const count = (this.#made.get(name) ?? 0) + 1
      this.#made.set(name, count)
      if (count <= input.events.length) continue
      this.broken('repeats answer the same', `the key ${input.idempotency.key} made a second event`)
    }
  }

  /** A retry waits as long as the schedule and the endpoint ask for. */
  #checkWaits(moved: Moved[], { operations }: Commit): void {
    if (!operations.has('recordIfLeased')) return
    if (operations.has('settle') || operations.has('resend')) return
    if (operations.has('continueRecoveries') || operations.has('bringForward')) return
    const { scheduleMs } = this.#world.settings
    for (const { before, after: row } of moved) {
      if (!before || before.attempt_count === row.attempt_count) continue
      if (row.state !== 'pending') continue
      // Its schedule is as it was, whose time may have come meanwhile: extra-watch.ts.
      if (isExtra(before)) continue
      const result = this.#results.get(`${row.id} ${row.attempt_count}`)
      if (isRefusal(result) && row.series_attempts !== before.series_attempts) {
        this.broken('a 429 is not charged', `${short(row.id)} is charged for it`)
      }
      const dueInMs = (row.due_at ?? 0) - this.#world.storeClock.now()
      const leastMs = leastWaitMs(result, scheduleMs[row.series_attempts])
      if (dueInMs >= leastMs) continue
      const word = result ? resultWord(result) : 'nothing'
      const sentence = `${short(row.id)} is due in ${dueInMs} ms after ${word}, not in ${leastMs}`
      this.broken('never before it is due', sentence)
    }
  }

  // ─── attempts ───────────────────────────────────────────────────────────────────────────────────

  /** The moment of the node's last check: from here to the write nothing else is looked at. */
  attemptStarts(process: SimProcess, turn: ScheduledTurn): OpenAttempt {
    const { claim, webhook, nodeId } = turn
    const now = this.#world.timeline.now
    // It died within this very turn: whatever it still does, nobody sees.
    if (process.state === 'dead') return this.#lanes.silent()
    const row = this.book.deliveries.get(claim.deliveryId)
    const name = `${process.name} starts ${short(claim.deliveryId)}#${claim.attemptNumber}`
    this.#webhooks.checkAttempt(process, { name, webhook })
    this.#held.checkAttempt(process, { name, id: claim.deliveryId })
    this.#rests.checkAttempt(process, { name, id: claim.deliveryId, webhookId: webhook.id })
    const attempt = this.#lanes.starts(process, { name, webhook, now })
    this.#rates.starts({ name, webhook, now })
    if (row?.claimed_by !== nodeId || !this.#leases.isLive(nodeId, now)) {
      const holder = row?.claimed_by ? short(row.claimed_by) : 'nobody'
      this.broken('only the holder attempts', `${name} as ${short(nodeId)}, held by ${holder}`)
    }
    const earlyMs = (row?.due_at ?? 0) - this.#world.storeClock.now()
    if (earlyMs > 0) this.broken('never before it is due', `${name} ${earlyMs} ms too early`)
    if (row && claim.attemptNumber !== row.attempt_count + 1) {
      this.broken('attempts are append-only', `${name}, but ${row.attempt_count} are recorded`)
    }
    return attempt
  }

  /** The request is over, before its node makes anything of it. */
  attemptAnswered(attempt: OpenAttempt, turn: ScheduledTurn, result: SendResult): void {
    const { deliveryId, attemptNumber } = turn.claim
    this.#results.set(`${deliveryId} ${attemptNumber}`, result)
    this.#lanes.ended(attempt, result)
  }

  attemptEnded(attempt: OpenAttempt): void {
    this.#lanes.ended(attempt, null)
  }

  /** On the wire. */
  requestStarts(request: Request, unsettled: Request[]): void {
    const { turn, signed } = request
    const { deliveryId, eventId, chatbotId, webhookId } = turn.claim
    this.#world.note(`${requestName(request)} to ${signed.url}${request.held ? ' (held)' : ''}`)
    for (const other of unsettled) {
      if (other === request || !other.isOpen || other.turn.claim.deliveryId !== deliveryId) continue
      if (this.#excuses(request, other)) continue
      const sentence = `${requestName(request)} while ${requestName(other)} is open`
      this.broken('one attempt at a time', sentence)
    }
    const body = signed.body.toString()
    const id = signed.headers.find(([header]) => header === 'webhook-id')?.[1]
    const row = this.book.deliveries.get(deliveryId)
    const eventType = row?.event_type
    const isOfNotice = eventType !== undefined && isNotice(eventType)
    const guide = isOfNotice
      ? this.#notices.bodyOf(eventId, { eventType, chatbotId })
      : this.#world.owner.bodyOf({ body, eventType, chatbotId })
    const expected = row ? inShape(guide, row.shape, row.created_at) : guide
    if (isOfNotice) this.#notices.sentTo(webhookId, eventId)
    const first = this.#bodies.get(deliveryId) ?? expected
    this.#bodies.set(deliveryId, body)
    if (body !== expected || body !== first || id !== eventId) {
      this.broken(
        'the same bytes',
        `${requestName(request)} sent ${body} as ${id}, not ${expected}`,
      )
    }
  }

  /**
   * A frozen process can't close what it has open; when it thaws it does so within the instant. And
   * what was held back between check and write goes out when it thaws.
   */
  #excuses(request: Request, other: Request): boolean {
    const { process } = other
    if (request.held || process.state === 'frozen') return true
    return process.thawedAt === this.#world.timeline.now
  }

  requestEnds(request: Request, result: SendResult): void {
    this.#world.note(`${requestName(request)} ends: ${resultWord(result)}`)
  }

  // ─── owners ─────────────────────────────────────────────────────────────────────────────────────

  /** A 202 was given. */
  accepted(publication: Publication, eventIds: string[]): void {
    for (const eventId of eventIds) {
      this.#accepted.set(eventId, publication)
      if (this.book.hasEvent(eventId)) continue
      this.broken('nothing accepted is lost', `${short(eventId)} was answered and is not on disk`)
    }
    const answer = eventIds.join(' ')
    publication.answer ??= answer
    if (publication.key !== null && publication.answer !== answer) {
      const sentence = `the key ${publication.key} answered ${answer} after ${publication.answer}`
      this.broken('repeats answer the same', sentence)
    }
  }

  /** At the end of a world. */
  finish(): void {
    for (const eventId of this.#accepted.keys()) {
      if (this.book.hasEvent(eventId)) continue
      this.broken('nothing accepted is lost', `${short(eventId)} was accepted and is gone`)
    }
    this.book.audit()
  }

  processEnded(process: SimProcess): void {
    this.#lanes.forget(process)
    this.#held.forget(process)
  }
}

function commitOf({ calls }: Batch, { replies, changes }: BatchReply): Commit {
  const told: Commit['told'] = new Map()
  for (const change of changes) {
    if (change.type !== 'delivery.updated') continue
    const { id, state } = change.delivery
    told.set(id, [...(told.get(id) ?? []), state])
  }
  return { calls, replies, told, operations: new Set(calls.map((call) => call.name)) }
}

function isRefusal(result: SendResult | undefined): boolean {
  return result?.kind === 'answered' && result.status === 429
}

function leastWaitMs(result: SendResult | undefined, scheduledMs = 0): number {
  if (result?.kind === 'our-fault') return 9_000
  const asks = result?.kind === 'answered' && (result.status === 429 || result.status === 503)
  const askedMs = asks ? (result.retryAfterMs ?? 0) : 0
  return Math.max(Math.floor(scheduledMs * 0.9), askedMs)
}
