/** Places that break a rule of the house for a reason, or until they are mended. Lists can only shrink. */

/** How often, and what for: real time is what these are about. What only bounds a wait ends nothing that goes well. */
export const TIMER_WAITS = {
  'packages/server/src/api/server/connection-limits.test.ts waits by a timer once':
    "a client that sends byte by byte, until Node's own limits end it",
  'packages/server/src/cli/migrate.test.ts waits by a timer once':
    'a copy is killed at any moment, not only where it says something',
  'packages/server/src/clock.test.ts waits by a timer 2 times': "the real clock, and Node's timers",
  'test/browser/first-hour.test.ts waits by a timer once':
    'the server takes no form that was filled within two seconds',
  'test/browser/widget.test.ts waits by a timer 2 times':
    'the server takes no form that was filled within two seconds',
  'test/cluster/cluster.ts waits by a timer once': 'a steady rate is measured over a time',
  'test/cluster/database-loss.test.ts waits by a timer 2 times':
    'the database is away until every lease has run out, and breaks at a pace',
  'test/cluster/load.ts waits by a timer once': 'a load of so many a second',
  'test/cluster/node-loss.test.ts waits by a timer once':
    'what a node without a lease still sends comes a request later, if at all',
  'test/cluster/slow-receiver.ts waits by a timer once':
    'is slow, so that two requests for one delivery would overlap',
  'test/e2e/backup.test.ts waits by a timer once':
    'a backup is killed at any moment, not only where it can be seen',
  'test/e2e/nothing-lost.test.ts waits by a timer 2 times':
    'the server is killed at drawn moments, also before it says anything',
  'test/e2e/stop-clients.test.ts waits by a timer once': 'a client that sends byte by byte',
  'test/support/end-thread.ts waits by a timer once': 'a thread that is told to end by a file',
  'test/support/receiver.ts waits by a timer once': 'an endpoint whose answer comes in drops',
  'test/support/set-clock.ts waits by a timer once': 'a clock that is set by a file',
  'test/support/until.ts waits by a timer 2 times':
    'what nothing signals is looked at; bounds a wait',
}

/** Of files that are being rewritten; to be empty. */
export const LONG_FUNCTIONS = {
  'packages/server/src/store/postgres/postgres-store.ts: createParts': 'is being flattened',
  'packages/server/src/store/sqlite/operations.ts: createOperations': 'is being cut in two',
  'packages/server/src/send/connections.ts: createConnections': 'comes next',
  'packages/server/src/send/send.ts: createSend': 'comes next',
  'packages/server/test/api/api-alone.ts: createDeps': 'comes next',
  'packages/server/test/engine.ts: startEngine': 'comes next',
  'packages/widget/src/form.ts: createForm': 'comes next',
}

export const UNUSED_EXPORTS = {
  'packages/server/src/store/': 'is being rewritten',
}

export const DOUBLE_NAMES = {
  'Event is': 'the noun that all of this is about: what the wire format calls so',
  'Turns is': 'the same thing of lanes and of callers of the store: whose go it is',
  'Access is': 'is being flattened',
  'Ingest is': 'is being flattened',
  'Fault is': 'is being flattened',
  'Recorder is': 'is being flattened',
  'Config is': 'is being flattened',
  'Listeners is': 'is being flattened',
  'Place is': 'is being flattened',
}
