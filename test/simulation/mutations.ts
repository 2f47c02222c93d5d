/**
 * Bugs made on purpose, at least one for each promise. Each replaces one piece of the server's
 * source, in a copy of it; the simulation must see that promise broken, or it is not watched.
 */
export interface Mutation {
  name: string
  /** Below packages/server/src. */
  file: string
  /** Occurs exactly once in the file. */
  find: string
  replace: string
  /** The promise that breaks, as `promises.ts` and its watches name it. Any of several, if a list. */
  invariant: string | string[]
  /** The store's method whose faults bring it to light soonest; without, by the common weather. */
  worst?: string
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a record is taken from whoever sends it',
    file: 'store/sqlite/road/record.ts',
    find: 'const held = row?.claimed_by === input.nodeId && core.isLive(input.nodeId)',
    replace: 'const held = row !== undefined',
    invariant: ['a live node keeps its claims', 'states move legally', 'only the holder attempts'],
  },
  {
    name: 'a record that is asked for twice is written twice',
    file: 'store/sqlite/road/record.ts',
    find: 'row.attempt_count + 1 !== input.attemptNumber',
    replace: 'row === undefined',
    invariant: 'attempts are append-only',
    worst: 'recordIfLeased',
  },
  {
    name: 'an event is answered before its commit',
    file: 'ingest/ingest.ts',
    find: 'const result = await store.accept({ chatbotId, events, idempotency, lease, backlogMax })',
    replace:
      "void store.accept({ chatbotId, events, idempotency, lease, backlogMax }).catch(() => {})\n  const result = { kind: 'accepted', claims: [], waiting: [] } as unknown as Awaited<ReturnType<typeof store.accept>>",
    invariant: 'nothing accepted is lost',
  },
  {
    name: 'an event goes to all but one of its subscribers',
    file: 'store/sqlite/road/accept.ts',
    find: 'for (const subscriber of subscribers[eventIndex] ?? [])',
    replace: 'for (const subscriber of (subscribers[eventIndex] ?? []).slice(0, 2))',
    invariant: 'nothing accepted is lost',
  },
  {
    name: 'a lane starts what it has, whatever its window',
    file: 'schedule/lane.ts',
    find: 'held === 0 || this.open >= this.window',
    replace: 'held === 0',
    invariant: 'never more than the window',
  },
  {
    name: 'a lane starts what it has, whatever its rate',
    file: 'schedule/pace.ts',
    find: 'return this.nextAt(now) <= now',
    replace: 'return true',
    invariant: 'never more than the rate',
  },
  {
    name: 'the bucket of a rate is full for everybody who asks',
    file: 'store/sqlite/road/starts.ts',
    find: 'const before = buckets.get(webhookId) ?? startedAt',
    replace: 'const before = Number.NEGATIVE_INFINITY',
    invariant: 'never more than the rate',
  },
  {
    name: 'starts are saved up while a lane has nothing to start',
    file: 'schedule/pace.ts',
    find: 'if (at + run.lateMsMax >= now) return at',
    replace: 'if (at + run.lateMsMax + 60_000 >= now) return at',
    invariant: 'never more than the rate',
  },
  {
    name: 'a timeout leaves the window as it was',
    file: 'schedule/lane.ts',
    find: '      this.window = 1\n      this.faulted = true',
    replace: '      this.faulted = true',
    invariant: 'never more than the window',
  },
  {
    name: 'a node starts more than it has slots for',
    file: 'schedule/slots.ts',
    find: 'const isFull = this.#fresh.size >= this.#freshMax',
    replace: 'const isFull = this.#fresh.size >= this.#freshMax * 3',
    invariant: 'never more than the slots',
  },
  {
    name: 'a retry is claimed before it is due',
    file: 'store/sqlite/road/claim.ts',
    find: 'core.all<ClaimRow>(FIND_DUE, webhookId, now, left)',
    replace: 'core.all<ClaimRow>(FIND_DUE, webhookId, now + 2_000, left)',
    invariant: 'never before it is due',
  },
  {
    name: 'a retry waits for less than the schedule says',
    file: 'record/decide.ts',
    find: 'const waitMs = scheduleMs[seriesAttempts + 1]',
    replace: 'const waitMs = scheduleMs[seriesAttempts + 1] === undefined ? undefined : 0',
    invariant: 'never before it is due',
  },
  {
    name: 'Retry-After is ignored',
    file: 'record/decide.ts',
    find: 'const askedMs = askedWaitMs(result) ?? 0',
    replace: 'const askedMs = 0 * (askedWaitMs(result) ?? 0)',
    invariant: 'never before it is due',
  },
  {
    name: 'what is told counts for nothing an hour long',
    file: 'store/sqlite/road/upkeep/notices.ts',
    find: 'isTold ? now : toldAt',
    replace: 'toldAt',
    invariant: 'a notice is told once an hour',
  },
  {
    name: 'attempts at notices are noted, too',
    file: 'store/rules/notices.ts',
    find: ' || isNotice(row.event_type)) return []',
    replace: ') return []',
    invariant: 'notices come to an end',
  },
  {
    name: 'a webhook is told of itself',
    file: 'store/sqlite/road/upkeep/notices.ts',
    find: 'subscriber.webhookId !== webhookId',
    replace: "webhookId !== ''",
    invariant: 'notices come to an end',
  },
  {
    name: 'what is parked is forgotten when its webhook is resumed',
    file: 'store/sqlite/road/upkeep/settle.ts',
    find: "return each(PARKED, limit, (row) => move(core, row, 'pending', null))",
    replace: 'return 0',
    invariant: 'nothing parked is forgotten',
  },
  {
    name: 'settling drops the last of a step',
    file: 'store/sqlite/road/upkeep/settle.ts',
    find: 'core.all<DeliveryRow>(find, webhookId, most).map(moveOne).length',
    replace:
      'core\n      .all<DeliveryRow>(find, webhookId, most)\n      .map((row, at, all) => at === all.length - 1 || moveOne(row)).length',
    invariant: 'nothing parked is forgotten',
  },
  {
    name: 'a lane sends whatever the state of its webhook',
    file: 'schedule/lane.ts',
    find: "if (this.webhook?.state !== 'active') return null",
    replace: 'if (this.webhook === null) return null',
    invariant: 'paused means silent',
  },
  {
    name: 'a lane keeps the settings that it began with',
    file: 'schedule/lanes.ts',
    find: '    lane.webhook = null\n    this.load(lane)',
    replace: "    if (lane.webhook?.state !== 'active') this.load(lane)",
    invariant: ['present settings', 'paused means silent'],
  },
  {
    name: 'a cancelled claim is still sent',
    file: 'schedule/schedule.ts',
    find: "if (state !== 'cancelled' && state !== 'parked') return",
    replace: "if (state !== 'parked') return",
    invariant: 'cancelled means silent',
  },
  {
    name: 'claims are used after the lease was lost',
    file: 'schedule/schedule.ts',
    find: '    for (const lane of this.#lanes.all()) {\n      this.#emptyQueue(lane)\n      this.#touch(lane)\n    }',
    replace: '',
    // Kept in the queue and claimed anew: started twice, under its old node or beside itself.
    invariant: ['only the holder attempts', 'one attempt at a time'],
  },
  {
    name: 'what a commit claimed for an old lease is sent under the new one',
    file: 'schedule/schedule.ts',
    find: 'term && term.nodeId === lease?.nodeId && !this.#stopping',
    replace: 'term && !this.#stopping',
    invariant: 'only the holder attempts',
    worst: 'accept',
  },
  {
    name: 'a node does not look at its lease before it sends',
    file: 'schedule/lease.ts',
    find: 'isLive: () => !signal.aborted && clock.monotonic() < this.#liveUntil,',
    replace: 'isLive: () => true,',
    invariant: ['only the holder attempts', 'one attempt at a time'],
  },
  {
    name: 'a node that could not renew leaves its requests open',
    file: 'schedule/lease.ts',
    find: 'const { signal } = this.#abort\n',
    replace: 'const { signal } = new AbortController()\n',
    invariant: 'one attempt at a time',
    worst: 'renewLease',
  },
  {
    name: 'a live node is taken for a dead one',
    file: 'store/sqlite/road/nodes.ts',
    find: 'if (core.isLive(nodeId)) continue',
    replace: 'if (nodeId.endsWith("0")) continue',
    invariant: ['a live node keeps its claims', 'only the holder attempts'],
  },
  {
    name: 'the body is made of what the webhook subscribes to now',
    file: 'sign/sign.ts',
    find: 'const body = Buffer.from(bodyText(claim))',
    replace:
      "const spelling = webhook.eventTypes.find((type) => type.startsWith('lead'))\n    const isLead = claim.eventType.startsWith('lead')\n    const body = Buffer.from(bodyText(isLead && spelling ? { ...claim, eventType: spelling } : claim))",
    invariant: 'the same bytes',
  },
  {
    name: 'each attempt has an id of its own',
    file: 'sign/sign.ts',
    find: '[ID_HEADER, claim.eventId]',
    replace: '[ID_HEADER, claim.eventId + timestamp]',
    invariant: 'the same bytes',
  },
  {
    name: 'repeats are not looked for',
    file: 'store/sqlite/road/accept.ts',
    find: 'if (repeat) return repeat',
    replace: '',
    invariant: 'repeats answer the same',
  },
  {
    name: 'the same key takes another body',
    file: 'store/sqlite/road/accept.ts',
    find: "if (found.body_hash !== bodyHash) return { kind: 'conflict' }",
    replace: '',
    invariant: 'repeats answer the same',
  },
  {
    name: 'the backlog forgets what was cancelled',
    file: 'store/sqlite/road/move.ts',
    find: "  tx.backlogDelta -= 1\n  if (row.kind === 'event') tx.count(row.webhook_id, row.chatbot_id, 'cancelled')",
    replace: "  if (row.kind === 'event') tx.count(row.webhook_id, row.chatbot_id, 'cancelled')",
    invariant: 'the backlog is counted',
  },
  {
    name: 'giving back gives nothing back',
    file: 'store/sqlite/road/release.ts',
    find: 'if (row?.claimed_by === nodeId) unclaim(core, row, false)',
    replace: 'if (row?.claimed_by === nodeId) continue',
    invariant: 'everything drains',
  },
  {
    name: 'giving back is tried only once',
    file: 'schedule/give-back.ts',
    find: 'timers.after(RELEASE_RETRY_MS, () => this.release(deliveryIds, nodeId, then))',
    replace: '',
    invariant: 'everything drains',
    worst: 'release',
  },
  {
    name: 'a resend of what is cancelled is lost on its way',
    file: 'store/sqlite/road/move.ts',
    find: "if (state === 'pending') tx.woken.add(row.webhook_id)\n  const moved: DeliveryRow = {\n    ...row,\n    state,",
    replace:
      "const moved: DeliveryRow = {\n    ...row,\n    state: state === 'pending' ? 'delivered' : state,",
    invariant: ['states move legally', 'every change is told', 'the backlog is counted'],
  },
  {
    name: 'a resend forgets the attempt that had ended it',
    file: 'store/sqlite/road/rows.ts',
    find: "if (from === 'finished') core.run(KEEP_END, before.id)",
    replace: '',
    invariant: 'attempts are append-only',
  },
  {
    name: 'what is recorded is forgotten in memory only',
    file: 'store/sqlite/road/rows.ts',
    find: 'core.run(DELETE[from], before.id)',
    replace: "if (from !== 'claimed') core.run(DELETE[from], before.id)",
    invariant: [
      'attempts are append-only',
      'states move legally',
      'every change is told',
      'the backlog is counted',
      'nothing accepted is lost',
    ],
  },
  {
    name: 'an attempt takes the number of the one before',
    file: 'store/sqlite/road/rows.ts',
    find: 'row.attempt_count + 1,\n    startedAt',
    replace: 'Math.max(1, row.attempt_count),\n    startedAt',
    invariant: 'attempts are append-only',
  },
  {
    name: 'a state changes and nobody is told',
    file: 'store/sqlite/transaction.ts',
    find: 'this.changes.push(toDeliveryChange(row, this.now))',
    replace: '',
    invariant: 'every change is told',
  },
  {
    name: 'a dead node keeps what it held',
    file: 'store/sqlite/road/nodes.ts',
    find: 'rescued += releaseNode(core, nodeId)\n',
    replace: '',
    invariant: 'everything drains',
  },
  {
    name: 'a webhook that rests is claimed from as before',
    file: 'store/sqlite/road/claim.ts',
    find: 'if (may && core.isResting(webhookId)) {',
    replace: 'if (may && core.isResting(webhookId) && webhookId === "") {',
    invariant: ['a resting webhook is only probed', 'resting means silent'],
  },
  {
    name: 'what is accepted is leased though its webhook rests',
    file: 'store/sqlite/road/accept.ts',
    find: 'active && takes && !core.isResting(webhookId)',
    replace: 'active && takes',
    invariant: 'a resting webhook is only probed',
  },
  {
    name: 'a second probe is handed out while the first is out',
    file: 'store/sqlite/road/claim.ts',
    find: 'if (rest && nodeId && limit > 0 && restMs === 0 && !isHeld) {',
    replace: 'if (rest && nodeId && limit > 0 && restMs === 0) {',
    invariant: 'one probe at a time',
  },
  {
    name: 'a probe is handed out at once',
    file: 'store/sqlite/road/claim.ts',
    find: 'if (rest && nodeId && limit > 0 && restMs === 0 && !isHeld) {',
    replace: 'if (rest && nodeId && limit > 0 && !isHeld) {',
    invariant: 'a probe has its time',
  },
  {
    name: 'a lane sends what it holds when its webhook begins to rest',
    file: 'schedule/schedule.ts',
    find: 'this.#back.claims(this.#emptyQueue(lane))\n      }\n      this.#refill',
    replace: '}\n      this.#refill',
    invariant: 'resting means silent',
  },
  {
    name: 'one word makes a webhook rest for as long as it asks',
    file: 'store/rules/rest.ts',
    find: 'isAnother ? askedMs : Math.min(askedMs, ONE_WORD_MS_MAX)',
    replace: 'isAnother ? askedMs : askedMs',
    invariant: 'a minute on one word',
  },
  {
    name: 'what is fresh waits behind what is old',
    file: 'store/sqlite/road/claim.ts',
    find: 'const restedAt = core.restedAt(webhookId)',
    replace: 'const restedAt = core.restedAt(webhookId) === 0 ? 0 : null',
    invariant: 'fresh goes first',
  },
  {
    name: 'a 429 is charged',
    file: 'record/decide.ts',
    find: "if (result.kind === 'answered' && result.status === 429) {",
    replace: "if (result.kind === 'answered' && result.status === 428) {",
    invariant: 'a 429 is not charged',
  },
]
