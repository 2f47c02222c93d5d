import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    // Six real servers and a database that is crashed on purpose want the machine for themselves.
    exclude: [
      '**/node_modules/**',
      ...(process.env.TEST_CLUSTER ? [] : ['test/cluster/**']),
      // They install the peers of the benchmark, which nothing else needs.
      ...(process.env.TEST_PEERS ? [] : ['test/peers/**']),
    ],
    // Real servers, databases and processes on two cores: what hangs is ended, what is slow is not.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
