import { defineConfig } from 'vitest/config'

/** Real servers, databases and processes on two cores: what hangs is ended, what is slow is not. */
const patience = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  pool: 'forks',
  // A second, which is the default, is less than a page takes on a machine that is busy; and 50 ms
  // between two looks are mostly waited for nothing.
  expect: { poll: { timeout: 20_000, interval: 15 } },
} as const

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...patience,
          name: 'all',
          include: ['packages/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/cluster/**', 'test/peers/**'],
          maxWorkers: 2,
        },
      },
      {
        // Nodes and a database that is crashed on purpose want the machine for themselves: after
        // everything else, one file at a time.
        test: {
          ...patience,
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      // The benchmark's peers are installed by the benchmark, so their tests come with a command of
      // their own.
      ...(process.env.TEST_PEERS
        ? [{ test: { ...patience, name: 'peers', include: ['test/peers/**/*.test.ts'] } }]
        : []),
    ],
  },
})
