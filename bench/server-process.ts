/** The server as operators run it: a process of its own, with default settings but for a few. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endProcess, killProcess } from './end-process.ts'
import { monotonicMs } from './monotonic.ts'

const WORKING_TREE = fileURLToPath(new URL('../', import.meta.url))
const PROGRAM = 'packages/server/bin/serve.js'
const READY_PATIENCE_MS = 60_000
const TOLD_LINES_MAX = 20
const COMPLAINTS_SHOWN_MAX = 5

interface ServerStart {
  dataDir: string
  adminKey: string
  /** By the names of their environment variables. */
  settings: Record<string, string>
  /** Where to write CPU profiles when it ends; null: none. */
  profileDir: string | null
  /** Of the checkout that is run; default: the working tree. */
  checkout?: string
  onSpawn(child: ChildProcess): void
}

export class ServerProcess {
  readonly url: string
  readonly pid: number
  /** From spawn to the ready line. */
  readonly startedInMs: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, url: string, startedInMs: number) {
    this.#child = child
    this.url = url
    this.pid = child.pid ?? 0
    this.startedInMs = startedInMs
  }

  static async start(options: ServerStart): Promise<ServerProcess> {
    const { profileDir, checkout = WORKING_TREE } = options
    const flags = profileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]
    const program = join(checkout, PROGRAM)
    const spawnedAt = monotonicMs()
    const child = spawn(process.execPath, [...startFlags(checkout), ...flags, program], {
      env: environmentOf(options),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    options.onSpawn(child)
    const { url, readyAt } = await readyLine(child)
    return new ServerProcess(child, url, readyAt - spawnedAt)
  }

  stop(): Promise<void> {
    return endProcess(this.#child)
  }

  kill(): Promise<void> {
    return killProcess(this.#child)
  }
}

/** Node's, as the checkout's own `npm start` has them. */
function startFlags(checkout: string): string[] {
  const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as Manifest
  const flags = /\bnode((?: --\S+)*) \S*serve\.js/.exec(manifest.scripts.start)?.[1]
  if (flags === undefined) throw new Error(`"npm start" in ${checkout} is none that we can read`)
  return flags.split(' ').filter(Boolean)
}

interface Manifest {
  scripts: { start: string }
}

/** Nothing of the caller's environment but what a process needs: a setting there would change the figures. */
function environmentOf({ dataDir, adminKey, settings }: ServerStart): Record<string, string> {
  const { PATH = '' } = process.env
  return { PATH, PORT: '0', DATA_DIR: dataDir, ADMIN_KEY: adminKey, ...settings }
}

/** Goes on reading afterwards: a full pipe would stop the server. */
function readyLine(child: ChildProcess): Promise<{ url: string; readyAt: number }> {
  const told: string[] = []
  let complaints = 0
  return new Promise((resolve, reject) => {
    const giveUp = (why: string) => {
      clearTimeout(patience)
      reject(new Error([`The server ${why}.`, ...told].join('\n')))
    }
    const patience = setTimeout(() => giveUp('was not ready in time'), READY_PATIENCE_MS)
    child.once('exit', (code, signal) => giveUp(`ended before it was ready (${signal ?? code})`))
    const onLine = (line: string) => {
      if (told.push(line) > TOLD_LINES_MAX) told.shift()
      const url = /"listening on (http:[^"]+)"/.exec(line)?.[1]
      if (url !== undefined) {
        clearTimeout(patience)
        resolve({ url, readyAt: monotonicMs() })
      } else if (/"level":(40|50|60)/.test(line) && ++complaints <= COMPLAINTS_SHOWN_MAX) {
        process.stderr.write(`    server: ${line.slice(0, 400)}\n`)
      }
    }
    for (const stream of [child.stdout, child.stderr]) stream && eachLine(stream, onLine)
  })
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
}
