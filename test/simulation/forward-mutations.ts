/** Bugs of what is sent before its time, as mutations.ts has the others. */
import type { Mutation } from './mutation.ts'

export const FORWARD_MUTATIONS: readonly Mutation[] = [
  {
    name: 'an extra attempt is charged',
    file: 'store/rules/after-attempt.ts',
    find: "return !isExtra(row) && (outcome.kind !== 'retry' || outcome.charged)",
    replace: "return outcome.kind !== 'retry' || outcome.charged",
    invariant: 'an extra attempt is not charged',
  },
  {
    name: 'an extra attempt gives its delivery up',
    file: 'store/rules/after-attempt.ts',
    find: "if (outcome.kind === 'exhausted' && !extra) return",
    replace: "if (outcome.kind === 'exhausted') return",
    invariant: 'an extra attempt is not charged',
  },
  {
    name: 'after an extra attempt the schedule begins from now',
    file: 'store/rules/extra.ts',
    find: 'const dueAt = Math.min(scheduleAt, now + waitMs)',
    replace: 'const dueAt = now + waitMs',
    invariant: 'an extra attempt is not charged',
  },
  {
    name: 'by itself a delivery is brought forward whenever its endpoint is back',
    file: 'store/rules/bring-forward.ts',
    find: 'return waits && (byHand || schedule_due_at === null)',
    replace: 'return waits && (byHand || true)',
    invariant: 'brought forward once in a wait',
  },
  {
    name: 'an endpoint that is back is noted nowhere',
    file: 'store/rules/bring-forward.ts',
    find: '  webhook.forwarding = JSON.stringify(next)\n',
    replace: '',
    invariant: 'what waits goes when its endpoint is back',
  },
  {
    name: 'what waits is walked, and left as it is',
    file: 'store/sqlite/road/upkeep/bring-forward.ts',
    find: 'else if (isTakenAlong(row, mark, core.tx.now)) bringOneForward(core, row)',
    replace: 'else isTakenAlong(row, mark, core.tx.now)',
    invariant: 'what waits goes when its endpoint is back',
  },
]
