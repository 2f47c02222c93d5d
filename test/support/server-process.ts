/**
 * The real program in a process of its own, on a folder of its own. It knows nothing of the test's
 * environment but what `settings` says.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ended, readLines, watchChild } from './child-processes.ts'
import { within } from './until.ts'

export const SERVER_PROGRAM = fileURLToPath(
  new URL('../../packages/server/bin/serve.js', import.meta.url),
)
const READY_PATIENCE_MS = 30_000
const END_PATIENCE_MS = 20_000

export interface ServerOptions {
  /** By the names of their environment variables. */
  settings?: Record<string, string>
  /** Default: a new one, which the last `stop` or `kill` leaves to `removeDataDirs`. */
  dataDir?: string
  /** A program in front of ours, such as a shell that lowers a limit. */
  through?: string[]
  /** Of the command line. */
  args?: string[]
}

const dataDirs: string[] = []

export function makeDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'chatzuri-e2e-'))
  dataDirs.push(dataDir)
  return dataDir
}

/** Of this test process; call it when its servers have ended. */
export function removeDataDirs(): void {
  for (const dataDir of dataDirs.splice(0)) rmSync(dataDir, { recursive: true, force: true })
}

export class ServerProcess {
  readonly dataDir: string
  readonly pid: number
  /** Resolves when the process is gone. */
  readonly ended: Promise<Ended>
  readonly out: string[] = []
  readonly err: string[] = []
  /** Resolves to the address at the ready line; rejects when it ends before. */
  readonly ready: Promise<string>
  /** Of the ready line; empty before. */
  url = ''
  readonly #child: ChildProcess
  readonly #options: ServerOptions
  #hasEnded = false

  private constructor(options: ServerOptions) {
    this.dataDir = options.dataDir ?? makeDataDir()
    this.#options = { ...options, dataDir: this.dataDir }
    const [program = process.execPath, ...args] = [
      ...(options.through ?? []),
      process.execPath,
      SERVER_PROGRAM,
      ...(options.args ?? []),
    ]
    this.#child = spawn(program, args, {
      env: environmentOf(this.dataDir, options),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.pid = this.#child.pid ?? 0
    this.ended = watchChild(this.#child).finally(() => {
      this.#hasEnded = true
    })
    this.ready = this.#untilReady()
    // Who never asks must not break the test run; who asks gets the rejection.
    this.ready.catch(() => {})
  }

  /** Started, not yet ready. */
  static launch(options: ServerOptions = {}): ServerProcess {
    return new ServerProcess(options)
  }

  static async start(options: ServerOptions = {}): Promise<ServerProcess> {
    const server = ServerProcess.launch(options)
    await server.ready
    return server
  }

  get adminKey(): string {
    const given = this.#options.settings?.ADMIN_KEY
    if (given) return given
    return readFileSync(join(this.dataDir, 'admin-key'), 'utf8').trim()
  }

  /** The same program on the same folder, with other options if there are any. */
  restart(change: Pick<ServerOptions, 'settings' | 'through'> = {}): Promise<ServerProcess> {
    return ServerProcess.start({ ...this.#options, ...change })
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#hasEnded) this.#child.kill(signal)
  }

  /** Orderly. One that doesn't end is killed, and that is an error. */
  async stop(): Promise<Ended> {
    this.signal('SIGTERM')
    const ended = await within(END_PATIENCE_MS, this.ended, 'stopping').catch(() => this.kill())
    if (ended.signal === 'SIGKILL') {
      throw new Error(['The server did not stop in time.', ...this.out.slice(-20)].join('\n'))
    }
    return ended
  }

  /** As a power cut would. */
  async kill(): Promise<Ended> {
    this.signal('SIGKILL')
    return this.ended
  }

  #untilReady(): Promise<string> {
    const { stdout, stderr } = this.#child
    const ready = new Promise<string>((resolve, reject) => {
      this.ended.then(({ code, signal }) => {
        reject(new Error(`The server ended with ${signal ?? code}`))
      }, reject)
      if (stderr) readLines(stderr, (line) => this.err.push(line))
      if (!stdout) return
      readLines(stdout, (line) => {
        this.out.push(line)
        const url = /"listening on (http:[^"]+)"/.exec(line)?.[1]
        if (url === undefined || this.url !== '') return
        this.url = url
        resolve(url)
      })
    })
    return within(READY_PATIENCE_MS, ready, 'The start of the server').catch((cause: Error) => {
      const said = [`${cause.message}.`, ...this.err, ...this.out.slice(-20)]
      throw new Error(said.join('\n'), { cause })
    })
  }
}

/** Nothing of the test's own environment: a setting there would change what is tested. */
function environmentOf(
  dataDir: string,
  { settings, through }: ServerOptions,
): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE: cache } = process.env
  // A shell's limits would hold for the cache as well.
  const compiled = cache && through === undefined ? { NODE_COMPILE_CACHE: cache } : {}
  return { PATH, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'info', ...compiled, ...settings }
}
