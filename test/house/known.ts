/** Places that break a rule of the house for a reason, or until they are mended. Lists can only shrink. */

/**
 * Where a test may wait by a timer, or set one: real time is what these are about. Everywhere else a
 * test awaits a signal, looks at the condition itself (`until`, `expect.poll`) or moves a manual clock.
 */
export const TIMER_WAITS = {
  'packages/server/src/api/server/connection-limits.test.ts waits by a timer once':
    "a client that sends a byte now and then, for as long as Node's own limits let it",
  'packages/server/src/cli/migrate.test.ts waits by a timer once':
    'a copy is killed at any moment, not only at those at which it says something',
  'packages/server/src/clock.test.ts waits by a timer 2 times':
    'real time is what the real clock is about',
  'test/browser/first-hour.test.ts waits by a timer once':
    'the server takes no form that was filled in within two seconds',
  'test/browser/widget.test.ts waits by a timer 2 times':
    'the server takes no form that was filled in within two seconds',
  'test/cluster/cluster.ts waits by a timer once':
    'measures how many a second are delivered, over some seconds',
  'test/cluster/database-loss.test.ts waits by a timer 2 times':
    'the database is away until every lease has run out, and breaks at a pace',
  'test/cluster/load.ts waits by a timer once': 'posts so many a second',
  'test/cluster/node-loss.test.ts waits by a timer once':
    'what a node without a lease still sends or records comes a request later, if at all',
  'test/cluster/slow-receiver.ts waits by a timer once':
    'is slow, so that two requests of one delivery would overlap',
  'test/e2e/backup.test.ts waits by a timer once':
    'a backup is killed at any moment, not only at those at which it can be seen',
  'test/e2e/nothing-lost.test.ts waits by a timer 2 times':
    'the server is killed at drawn moments, also before it says anything',
  'test/e2e/stop-clients.test.ts waits by a timer once':
    'a client that sends a byte now and then while the server stops',
  'test/support/end-thread.ts waits by a timer once':
    'loaded into the real program: looks what the test has written into a file',
  'test/support/receiver.ts waits by a timer once':
    'a receiver that sends its answer in drops, slower than our patience',
  'test/support/set-clock.ts waits by a timer once':
    'loaded into the real program: looks what the test has written into a file',
  'test/support/until.ts waits by a timer 2 times':
    'the one place that looks again and again, and the one that gives up',
}

const DECLARED = 'the declarations of what is published name it'
const BUNDLED = "as an inner constant it makes a receiver's bundle larger than 4,096 bytes"
export const UNUSED_EXPORTS = {
  'packages/receiver/src/handler.ts: nobody imports BODY_BYTES_MAX': BUNDLED,
  'packages/receiver/src/verify.ts: nobody imports TOLERANCE_SECONDS': BUNDLED,
  'packages/server/src/store/desk/operations/recoveries.ts: nobody imports RecoveryValues':
    DECLARED,
  'packages/server/src/store/desk/operations/webhooks.ts: nobody imports WebhookValues': DECLARED,
  'packages/server/src/store/desk/operations/webhooks.ts: nobody imports WebhookPatch': DECLARED,
  'packages/server/src/store/desk/operations/webhooks.ts: nobody imports Rotation': DECLARED,
}

export const DOUBLE_NAMES = {
  'Event is': 'the noun that all of this is about: what the wire format calls so',
}

export const UNREACHED_FILES = {
  'packages/server/src/store/sqlite/thread/worker.ts':
    'a thread, started as worker.ts or, where it was built, as worker.js',
}
