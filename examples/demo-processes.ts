/**
 * The programs of the demo: the server and a receiver, each a process of its own that ends when the
 * demo does, and a folder for the server's data that goes with them.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SERVER_PORT = 8080
const RECEIVER_PORT = 3000
const START_MS_MAX = 30_000
const STOP_MS_MAX = 10_000

export interface DemoServer {
  url: string
  port: string
  adminKey: string
  adminKeyPath: string
  dataDir: string
}

export interface DemoReceiver {
  url: string
  port: string
  /** Resolves to the text that the pattern matches, as soon as the receiver has printed it. */
  says(pattern: RegExp): Promise<string>
}

export class DemoProcesses {
  readonly #children = new Map<ChildProcess, string>()
  readonly #onDeath: (sentence: string) => void
  #dataDir: string | null = null
  #isStopping = false

  /** `onDeath` is told when one of them ends though nobody stopped it. */
  constructor(onDeath: (sentence: string) => void) {
    this.#onDeath = onDeath
  }

  async startServer(): Promise<DemoServer> {
    const dataDir = mkdtempSync(join(tmpdir(), 'chatzuri-demo-'))
    this.#dataDir = dataDir
    const port = await portOrAnother(SERVER_PORT)
    const output = this.#start('The server', '../packages/server/bin/serve.js', {
      PORT: port,
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
    })
    const url = await output.says(/http:\/\/127\.0\.0\.1:\d+/)
    const adminKeyPath = join(dataDir, 'admin-key')
    const adminKey = readFileSync(adminKeyPath, 'utf8').trim()
    return { url, port: new URL(url).port, adminKey, adminKeyPath, dataDir }
  }

  async startReceiver(secret: string): Promise<DemoReceiver> {
    const port = await portOrAnother(RECEIVER_PORT)
    const output = this.#start('The receiver', './guide-receiver.ts', {
      PORT: port,
      CHATZURI_SECRET: secret,
    })
    const url = await output.says(/http:\/\/localhost:\d+\/webhook/)
    return { url, port: new URL(url).port, says: output.says }
  }

  /** Ends all of them in good order and removes the folder. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all([...this.#children.keys()].map(endChild))
    if (this.#dataDir) rmSync(this.#dataDir, { recursive: true, force: true })
  }

  #start(name: string, program: string, settings: Record<string, string>): Output {
    const { PATH = '' } = process.env
    const child = spawn(process.execPath, [fileURLToPath(new URL(program, import.meta.url))], {
      // Only these settings: the demo tells the same story whatever the environment says.
      env: { PATH, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl+C reaches this process alone, which then stops the others in good order.
      detached: true,
    })
    this.#children.set(child, name)
    const output = new Output(child)
    child.once('exit', (code, signal) => {
      this.#children.delete(child)
      if (this.#isStopping) return
      this.#onDeath(`${name} ended (${signal ?? code}). ${output.text.trim()}`)
    })
    return output
  }
}

class Output {
  text = ''
  readonly #listeners = new Set<() => void>()

  constructor({ stdout, stderr }: ChildProcess) {
    for (const stream of [stdout, stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.text += text
        for (const listener of this.#listeners) listener()
      })
    }
  }

  readonly says = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this.text)?.[0]
        if (found === undefined) return
        clearTimeout(patience)
        this.#listeners.delete(look)
        resolve(found)
      }
      const giveUp = () => reject(new Error(`Waited in vain for ${pattern}. ${this.text}`))
      const patience = setTimeout(giveUp, START_MS_MAX)
      this.#listeners.add(look)
      look()
    })
}

async function endChild(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX)
  await exited
  clearTimeout(force)
}

/** `0`, which is any free port, when the usual one is taken. */
function portOrAnother(port: number): Promise<string> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve('0'))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(`${port}`)))
  })
}
