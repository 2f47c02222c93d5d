/**
 * Where a test may wait by a timer, or set one: real time is what these are about. Everywhere else a
 * test awaits a signal, looks at the condition itself (`until`, `expect.poll`) or moves a manual clock.
 */
export const TIMER_WAITS: { file: string; reason: string }[] = [
  {
    file: 'test/support/until.ts',
    reason: 'the one place that looks again and again, and the one that gives up',
  },
  {
    file: 'test/support/receiver.ts',
    reason: 'a receiver that sends its answer in drops, slower than our patience',
  },
  {
    file: 'test/support/set-clock.ts',
    reason: 'loaded into the real program: looks what the test has written into a file',
  },
  {
    file: 'test/support/end-thread.ts',
    reason: 'loaded into the real program: looks what the test has written into a file',
  },
  {
    file: 'packages/server/src/api/server/connection-limits.test.ts',
    reason: "a client that sends a byte now and then, for as long as Node's own limits let it",
  },
  {
    file: 'test/e2e/stop-clients.test.ts',
    reason: 'a client that sends a byte now and then while the server stops',
  },
  {
    file: 'packages/server/src/clock.test.ts',
    reason: "Node's timers against our clock",
  },
  {
    file: 'packages/server/src/cli/migrate.test.ts',
    reason: 'a copy is killed at any moment, not only at those at which it says something',
  },
  {
    file: 'test/e2e/backup.test.ts',
    reason: 'a backup is killed at any moment, not only at those at which it can be seen',
  },
  {
    file: 'test/e2e/nothing-lost.test.ts',
    reason: 'the server is killed at drawn moments, also before it says anything',
  },
  {
    file: 'test/browser/first-hour.test.ts',
    reason: 'the server takes no form that was filled in within two seconds',
  },
  {
    file: 'test/browser/widget.test.ts',
    reason: 'the server takes no form that was filled in within two seconds',
  },
  {
    file: 'test/cluster/cluster.ts',
    reason: 'measures how many a second are delivered, over some seconds',
  },
  {
    file: 'test/cluster/load.ts',
    reason: 'posts so many a second',
  },
  {
    file: 'test/cluster/slow-receiver.ts',
    reason: 'is slow, so that two requests of one delivery would overlap',
  },
  {
    file: 'test/cluster/database-loss.test.ts',
    reason: 'the database is away until every lease has run out, and breaks at a pace',
  },
  {
    file: 'test/cluster/node-loss.test.ts',
    reason: 'what a node without a lease still sends or records comes a request later, if at all',
  },
]
