/** A process that opens the store in the folder of its first argument and keeps it until killed. */
import { systemClock } from '../../src/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'

await openSqliteStore({
  dataDir: process.argv[2] ?? '',
  encryptionKey: Buffer.alloc(32, 7),
  clock: systemClock,
  mode: 'threads',
})
process.stdout.write('open\n')
