/** Places that break a rule of the house for a reason, or until they are mended. Lists can only shrink. */

/** How often, and what for. What only bounds a wait ends nothing that goes well. */
export const TIMER_WAITS = {
  'packages/server/src/api/server/connection-limits.test.ts waits by a timer once':
    'a client that sends byte by byte',
  'packages/server/src/cli/migrate.test.ts waits by a timer once': 'is killed at any moment',
  'packages/server/src/clock.test.ts waits by a timer 2 times': 'the real clock is tried here',
  'test/browser/first-hour.test.ts waits by a timer once':
    'as long as a person takes to fill a form',
  'test/browser/widget.test.ts waits by a timer 2 times':
    'as long as a person takes to fill a form',
  'test/cluster/cluster.ts waits by a timer once': 'a steady rate is measured over a time',
  'test/cluster/database-loss.test.ts waits by a timer 2 times': 'the database is away for a time',
  'test/cluster/load.ts waits by a timer once': 'a load of so many a second',
  'test/cluster/node-loss.test.ts waits by a timer once':
    'what a node without a lease still sends or records comes a request later, if at all',
  'test/cluster/slow-receiver.ts waits by a timer once': 'an endpoint that is slow',
  'test/e2e/backup.test.ts waits by a timer once': 'is killed at any moment',
  'test/e2e/nothing-lost.test.ts waits by a timer 2 times': 'is killed at any moment',
  'test/e2e/stop-clients.test.ts waits by a timer once': 'a client that sends byte by byte',
  'test/support/end-thread.ts waits by a timer once': 'a thread that is told to end by a file',
  'test/support/receiver.ts waits by a timer once': 'an endpoint that is slow',
  'test/support/set-clock.ts waits by a timer once': 'a clock that is set by a file',
  'test/support/until.ts waits by a timer 2 times':
    'what nothing signals is looked at; bounds a wait',
}

/** Of files that are being rewritten; to be empty. */
export const LONG_FUNCTIONS = {
  'packages/server/src/store/postgres/postgres-store.ts: createParts': 'is being flattened',
  'packages/server/src/send/connections.ts: createConnections': 'comes next',
  'packages/server/src/send/send.ts: createSend': 'comes next',
  'packages/server/test/api/api-alone.ts: createDeps': 'comes next',
  'packages/server/test/engine.ts: startEngine': 'comes next',
  'packages/widget/src/form.ts: createForm': 'comes next',
}

export const UNUSED_EXPORTS = {
  'test/support/global-setup.ts: nobody imports default': 'vitest.config.ts names the file',
  'test/support/slowest-files.ts: nobody imports default': 'vitest.config.ts names the file',
  'packages/server/src/store/': 'is being rewritten',
}

export const DOUBLE_NAMES = {
  'Event is': 'the noun that all of this is about: what the wire format calls so',
}
