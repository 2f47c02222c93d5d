/** The database of a world: the real engine over a real file, which a power cut leaves as it is. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../packages/server/src/clock.ts'
import type { Random } from '../../packages/server/src/random.ts'
import { openInline } from '../../packages/server/src/store/sqlite/thread/inline.ts'

const DATABASE = 'chatzuri.db'
/** In memory where the system has such a folder: thousands of worlds are not worth a disk. */
const ROOM = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export type InlinePort = ReturnType<typeof openInline>

export class Disk {
  readonly #world: { clock: Clock; random: Random }
  readonly #folder: string
  #generation = 0
  port: InlinePort

  constructor(world: { clock: Clock; random: Random }) {
    this.#world = world
    this.#folder = mkdtempSync(join(ROOM, 'chatzuri-simulation-'))
    this.port = this.#open(templatePath())
  }

  /** What was committed is there, nobody said goodbye: the files as they are, opened by the next. */
  async cutPower(): Promise<void> {
    const before = this.port
    this.port = this.#open(join(this.#dataDir(), DATABASE))
    await before.close()
  }

  async remove(): Promise<void> {
    await this.port.close()
    rmSync(this.#folder, { recursive: true })
  }

  #open(from: string): InlinePort {
    this.#generation += 1
    const dataDir = this.#dataDir()
    mkdirSync(dataDir)
    for (const suffix of ['', '-wal']) {
      if (existsSync(from + suffix)) copyFileSync(from + suffix, join(dataDir, DATABASE + suffix))
    }
    const port = openInline({ dataDir, ...this.#world })
    // A simulated power cut takes no page out of the system's cache.
    port.engine.db.exec('PRAGMA synchronous = OFF')
    return port
  }

  #dataDir(): string {
    return join(this.#folder, String(this.#generation))
  }
}

let template: string | null = null

/** Migrating costs more than copying what is migrated. */
function templatePath(): string {
  if (template !== null) return template
  const dataDir = mkdtempSync(join(ROOM, 'chatzuri-simulation-template-'))
  process.on('exit', () => rmSync(dataDir, { recursive: true, force: true }))
  const clock: Clock = { now: () => 0, monotonic: () => 0, setTimer: () => () => {} }
  const { engine } = openInline({
    dataDir,
    clock,
    random: { fraction: () => 0, bytes: (length) => Buffer.alloc(length) },
  })
  engine.close()
  template = join(dataDir, DATABASE)
  return template
}
