import { tmpdir } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'
import { SCRATCH_FOLDER } from './test/support/scratch-folder.ts'

/** Real servers, databases and processes on two cores: what hangs is ended, what is slow is not. */
const patience = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  pool: 'forks' as const,
  setupFiles: ['test/support/count-cpu.ts'],
  // A second, which is the default, is less than a page takes on a machine that is busy; and 50 ms
  // between two looks are mostly waited for nothing.
  expect: { poll: { timeout: 20_000, interval: 15 } },
}

/** Nothing of these is about a disk. */
const inMemory = { env: { TMPDIR: SCRATCH_FOLDER, LASTING_TMPDIR: tmpdir() } }

const QUICK = ['packages/*/{src,test}/**/*.test.ts', 'test/house/*.test.ts']
/** Of the packages' tests, what has a database server, threads or processes, and takes its time. */
const LONG = [
  'packages/server/src/cli/{migrate,restore,start-faults}.test.ts',
  'packages/server/src/schedule/rate.test.ts',
  'packages/server/src/store/copying/**',
  'packages/server/src/store/postgres/**',
  'packages/server/test/postgres/**',
  'packages/server/test/sqlite/threads.test.ts',
]
/** One more than the cores that this is meant for: a file that waits leaves its own. */
const WORKERS = 3
/** Forty copies of the server with a bug in each: `npm run test:mutants`. */
const MUTANTS = 'test/simulation/mutations.test.ts'
const EVERYWHERE = '**/node_modules/**'

export default defineConfig({
  test: {
    globalSetup: './test/support/global-setup.ts',
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test/support/left-out.ts', './test/support/slowest-files.ts'],
    projects: [
      {
        // `npm run test:quick`, a part of `npm run check`. Its files share processes: what each imports
        // anew would take a third of their time.
        test: {
          ...patience,
          ...inMemory,
          name: 'quick',
          isolate: false,
          include: QUICK,
          exclude: [EVERYWHERE, ...LONG],
          maxWorkers: WORKERS,
        },
      },
      {
        test: {
          ...patience,
          ...inMemory,
          name: 'long',
          include: [
            ...LONG.map((path) => path.replace(/\*\*$/, '**/*.test.ts')),
            'test/**/*.test.ts',
          ],
          exclude: [EVERYWHERE, MUTANTS, 'test/{cluster,e2e,peers,house}/**'],
          maxWorkers: WORKERS,
        },
      },
      {
        // The real program, really killed, on a real disk that may be full.
        test: {
          ...patience,
          name: 'e2e',
          // Of the cluster's tests the one that mostly waits: it may have neighbours.
          include: ['test/e2e/**/*.test.ts', 'test/cluster/start.test.ts'],
          maxWorkers: WORKERS,
        },
      },
      {
        // Nodes and a database that is crashed on purpose want the machine for themselves: after
        // everything else, one file at a time.
        test: {
          ...patience,
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          exclude: [EVERYWHERE, 'test/cluster/start.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      ...(process.env.TEST_MUTANTS
        ? [{ test: { ...patience, ...inMemory, name: 'mutants', include: [MUTANTS] } }]
        : []),
      // The benchmark's peers are installed by the benchmark, so their tests come with a command of
      // their own.
      ...(process.env.TEST_PEERS
        ? [{ test: { ...patience, name: 'peers', include: ['test/peers/**/*.test.ts'] } }]
        : []),
    ],
  },
})
